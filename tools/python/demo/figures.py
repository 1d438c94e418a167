"""The two pictures of the model card, as SVG: where right answers are decided, and the lens's accuracy by layer."""

from html import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 380, 56, 56, 24, 52
INK, QUIET, GRID, BAR, LINE = "#1f2328", "#59636e", "#e4e7eb", "#3b6fb6", "#9aa4af"


def text(x, y, words, size=12, anchor="middle", color=INK, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{color}" '
            f'font-weight="{weight}">{escape(words)}</text>')


def label(x, y, words):
    """Text that stays readable over lines."""
    return text(x, y, words, 12, "end", QUIET).replace("<text", '<text paint-order="stroke" stroke="#ffffff" stroke-width="4"')


def line(points, color, width):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}"/>'


class Chart:
    """A frame with rows of the lens along the bottom and percent up to `top` on the left."""

    def __init__(self, title, axis, rows, top, step):
        self.rows, self.top = rows, top
        self.parts = [text(LEFT, 24, title, 15, "start", weight="bold"), text(LEFT, 42, axis, 12, "start", QUIET)]
        for percent in range(0, top + 1, step):
            self.parts.append(line([(LEFT, self.y(percent)), (WIDTH - RIGHT, self.y(percent))], GRID, 1))
            self.parts.append(text(LEFT - 8, self.y(percent) + 4, f"{percent} %", 12, "end", QUIET))
        for row in range(rows):
            name = "embedding" if row == 0 else f"layer {row - 1}"
            self.parts.append(text(self.x(row), HEIGHT - BOTTOM + 20, name, 12, "middle", QUIET))

    def x(self, row):
        return LEFT + (row + 0.5) * (WIDTH - LEFT - RIGHT) / self.rows

    def y(self, percent):
        return HEIGHT - BOTTOM - percent / self.top * (HEIGHT - TOP - BOTTOM)

    def svg(self):
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            'font-family="system-ui, sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *self.parts, "</svg>", ""])


def histogram(shares):
    """Bars of the decision layers; `shares` are fractions, one for each row of the lens."""
    chart = Chart("Where right answers are decided", "share of right answers, by the layer from which on the answer stays top-1",
                  len(shares), 40, 10)
    width = 0.62 * (chart.x(1) - chart.x(0))
    for row, share in enumerate(shares):
        y = chart.y(100 * share)
        chart.parts.append(f'<rect x="{chart.x(row) - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" '
                           f'height="{chart.y(0) - y:.1f}" fill="{BAR}"/>')
        chart.parts.append(text(chart.x(row), y - 6, f"{100 * share:.1f}"))
    return chart.svg()


def curves(by_kind, overall, label_row):
    """A line for each kind, named where it passes `label_row`, and a thick one for all."""
    chart = Chart("Accuracy of the lens by layer", "share of all phrasings whose answer is top-1; the thick line is all kinds together",
                  len(overall), 100, 20)
    for kind, shares in by_kind.items():
        chart.parts.append(line([(chart.x(row), chart.y(100 * s)) for row, s in enumerate(shares)], LINE, 1.2))
    chart.parts.append(line([(chart.x(row), chart.y(100 * s)) for row, s in enumerate(overall)], BAR, 3))
    for kind, shares in by_kind.items():
        x, y = chart.x(label_row), chart.y(100 * shares[label_row])
        chart.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{QUIET}"/>')
        chart.parts.append(label(x - 8, y + 4, kind))
    for row, share in enumerate(overall):
        chart.parts.append(f'<circle cx="{chart.x(row):.1f}" cy="{chart.y(100 * share):.1f}" r="4" fill="{BAR}"/>')
    return chart.svg()
