package io.github.logitlens.internal.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/// Tasks dealt out in shares of neighbours, one for each thread, so that a thread knows what it comes to next: the task after
/// this one, and in the next product its own share again. Who has finished its share helps with the others', from their ends.
///
/// With one counter for all, every seventh panel of a product of five rows was another than the one fetched for it.
public final class Shares {

    private static final int NONE = -1;

    private final int tasks;
    private final int shares;
    /// `[shares]`, 1 where somebody has begun.
    private final AtomicIntegerArray begun;
    /// `[shares]`, first and end of what is left.
    private final AtomicLongArray left;

    public Shares(int tasks, int threads) {
        this.tasks = tasks;
        shares = Math.min(tasks, threads);
        begun = new AtomicIntegerArray(shares);
        left = new AtomicLongArray(shares);
        for (int share = 0; share < shares; share++) {
            left.set(share, (long) first(share) << Integer.SIZE | first(share + 1));
        }
    }

    /// How many shares there are: to be begun once each.
    public int count() {
        return shares;
    }

    /// Begins a share nobody has begun: the one of this number if that is possible.
    public int begin(int preferred) {
        int share = preferred % shares;
        while (!begun.compareAndSet(share, 0, 1)) {
            share = (share + 1) % shares;
        }
        return share;
    }

    /// The first task of a share.
    public int first(int share) {
        return first(tasks, share);
    }

    /// The first task of a share where as many threads share other tasks.
    public int first(int otherTasks, int share) {
        return (int) ((long) otherTasks * share / shares);
    }

    /// Takes the next task: of this share, else the last of the fullest other one; or returns a negative number.
    public int take(int share) {
        int own = takeFirst(share);
        return own != NONE ? own : takeLast();
    }

    /// Whether a task belongs to a share.
    public boolean owns(int share, int task) {
        return task >= first(share) && task < first(share + 1);
    }

    private int takeFirst(int share) {
        long was = left.get(share);
        while (size(was) > 0) {
            long now = left.compareAndExchange(share, was, was + (1L << Integer.SIZE));
            if (now == was) {
                return (int) (was >>> Integer.SIZE);
            }
            was = now;
        }
        return NONE;
    }

    private int takeLast() {
        while (true) {
            int fullest = 0;
            for (int share = 1; share < shares; share++) {
                fullest = size(left.get(share)) > size(left.get(fullest)) ? share : fullest;
            }
            long was = left.get(fullest);
            if (size(was) == 0) {
                return NONE;
            }
            if (left.compareAndSet(fullest, was, was - 1)) {
                return (int) was - 1;
            }
        }
    }

    private static int size(long left) {
        return (int) left - (int) (left >>> Integer.SIZE);
    }
}
