"""Short Python programs, written from templates: functions, loops, classes, scripts."""

NOUNS = "item number name word line value key user score point node price file row color letter message result record task".split()
VERBS = "load save read write check find count add remove update create print make get set open close start stop sort".split()
CLASSES = "Dog Cat Person Point Counter Stack Queue Account Book Car Player Node Shape Circle Student Timer Game Robot".split()
FIELDS = "name age color size speed price title score width height count value owner radius level".split()
MODULES = ["import os", "import sys", "import json", "import math", "import random", "import time", "import re", "import csv",
           "import numpy as np", "import pandas as pd", "import matplotlib.pyplot as plt", "from pathlib import Path",
           "from collections import defaultdict", "from datetime import datetime", "import argparse", "from typing import List"]

FUNCTIONS = [
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return fibonacci(n - 1) + fibonacci(n - 2)\n",
    "def fibonacci(n):\n    a, b = 0, 1\n    for i in range(n):\n        a, b = b, a + b\n    return a\n",
    "def factorial(n):\n    if n == 0:\n        return 1\n    return n * factorial(n - 1)\n",
    "def factorial(n):\n    result = 1\n    for i in range(1, n + 1):\n        result *= i\n    return result\n",
    "def is_even(n):\n    return n % 2 == 0\n", "def is_odd(n):\n    return n % 2 == 1\n",
    "def is_prime(n):\n    if n < 2:\n        return False\n    for i in range(2, n):\n        if n % i == 0:\n            return False\n    return True\n",
    "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n",
    "def add(a, b):\n    return a + b\n", "def subtract(a, b):\n    return a - b\n", "def multiply(a, b):\n    return a * b\n",
    "def divide(a, b):\n    if b == 0:\n        raise ValueError(\"cannot divide by zero\")\n    return a / b\n",
    "def square(x):\n    return x * x\n", "def double(x):\n    return 2 * x\n", "def cube(x):\n    return x * x * x\n",
    "def maximum(numbers):\n    best = numbers[0]\n    for x in numbers:\n        if x > best:\n            best = x\n    return best\n",
    "def minimum(numbers):\n    best = numbers[0]\n    for x in numbers:\n        if x < best:\n            best = x\n    return best\n",
    "def average(numbers):\n    return sum(numbers) / len(numbers)\n",
    "def mean(values):\n    total = 0\n    for x in values:\n        total += x\n    return total / len(values)\n",
    "def reverse(text):\n    return text[::-1]\n", "def is_palindrome(text):\n    return text == text[::-1]\n",
    "def binary_search(items, target):\n    low, high = 0, len(items) - 1\n    while low <= high:\n        mid = (low + high) // 2\n        if items[mid] == target:\n            return mid\n        if items[mid] < target:\n            low = mid + 1\n        else:\n            high = mid - 1\n    return -1\n",
    "def bubble_sort(items):\n    for i in range(len(items)):\n        for j in range(len(items) - 1):\n            if items[j] > items[j + 1]:\n                items[j], items[j + 1] = items[j + 1], items[j]\n    return items\n",
    "def swap(a, b):\n    return b, a\n", "def area(width, height):\n    return width * height\n",
    "def hello(name):\n    print(\"Hello, \" + name)\n", "def greet(name):\n    return f\"Hello, {name}!\"\n",
    "def hello_world():\n    print(\"Hello, world\")\n",
    "def read_file(path):\n    with open(path) as file:\n        return file.read()\n",
    "def read_lines(path):\n    with open(path) as file:\n        for line in file:\n            yield line.strip()\n",
    "def write_file(path, text):\n    with open(path, \"w\") as file:\n        file.write(text)\n",
    "def count_words(text):\n    counts = {}\n    for word in text.split():\n        counts[word] = counts.get(word, 0) + 1\n    return counts\n",
    "def load_json(path):\n    with open(path) as file:\n        return json.load(file)\n",
    "def main():\n    args = parser.parse_args()\n    run(args)\n\n\nif __name__ == \"__main__\":\n    main()\n",
    "def main():\n    print(\"Hello, world\")\n\n\nif __name__ == \"__main__\":\n    main()\n",
]


def _function(rng):
    verb, noun, other = rng.choice(VERBS), rng.choice(NOUNS), rng.choice(NOUNS)
    k = rng.randrange(2, 10)
    return rng.choice([
        f"def {verb}_{noun}s({noun}s):\n    for {noun} in {noun}s:\n        print({noun})\n",
        f"def {verb}_{noun}s({noun}s):\n    result = []\n    for {noun} in {noun}s:\n        if {noun} is not None:\n            result.append({noun})\n    return result\n",
        f"def {verb}_{noun}({noun}):\n    if {noun} is None:\n        return None\n    return {noun}\n",
        f"def {verb}_{noun}({noun}, {other}):\n    if {noun} == {other}:\n        return True\n    return False\n",
        f"def {verb}_{noun}s(path):\n    {noun}s = []\n    with open(path) as file:\n        for line in file:\n            {noun}s.append(line.strip())\n    return {noun}s\n",
        f"def {verb}_{noun}s({noun}s):\n    return sorted({noun}s, key=lambda x: x[1])\n",
        f"def {verb}_{noun}s({noun}s):\n    return [{noun} for {noun} in {noun}s if {noun} > {k}]\n",
        f"def {verb}_{noun}s({noun}s):\n    total = 0\n    for {noun} in {noun}s:\n        total += {noun}\n    return total\n",
        f"def {verb}_{noun}(self, {noun}):\n    self.{noun}s.append({noun})\n",
        f"def {verb}_{noun}(self):\n    return self.{noun}\n",
        f"def {verb}_{noun}(x):\n    try:\n        return int(x)\n    except ValueError as error:\n        print(error)\n        return None\n",
        f"def {verb}_{noun}(x, y):\n    return x + y if x > y else y\n",
    ])


def _lines(rng):
    noun, other, k, n = rng.choice(NOUNS), rng.choice(NOUNS), rng.randrange(1, 11), rng.randrange(1, 11)
    return rng.choice([
        f"for i in range({k}):\n    print(i)\n", f"for i in range({k}):\n    {noun}s.append(i)\n",
        f"for {noun} in {noun}s:\n    print({noun})\n", f"for i, {noun} in enumerate({noun}s):\n    print(i, {noun})\n",
        f"for key, value in {noun}s.items():\n    print(key, value)\n", f"for a, b in zip(first, second):\n    print(a + b)\n",
        f"{noun}s = []\nfor x in range({k}):\n    {noun}s.append(x * {n})\n", f"{noun}s = [x * x for x in range({k})]\nprint({noun}s)\n",
        f"x = {k}\ny = {n}\nprint(x + y)\n", f"x = {k}\nif x > {n}:\n    print(\"{noun}\")\nelse:\n    print(\"{other}\")\n",
        f"count = 0\nwhile count < {k}:\n    count += 1\nprint(count)\n", f"while True:\n    {noun} = input()\n    if not {noun}:\n        break\n",
        f"with open(path) as file:\n    for line in file:\n        print(line)\n", f"with open(\"{noun}s.txt\") as file:\n    text = file.read()\n",
        f"try:\n    {noun} = int(text)\nexcept ValueError as error:\n    print(error)\n", f"try:\n    run()\nexcept Exception as error:\n    print(error)\n",
        f"{noun}s = {{}}\n{noun}s[\"{other}\"] = {k}\nprint({noun}s)\n", f"numbers = [1, 2, 3]\nprint(sum(numbers))\nprint(len(numbers))\n",
        f"a, b = b, a\n", f"print(\"Hello, world\")\n", f"assert len({noun}s) == {k}\n", f"if {noun} is not None:\n    print({noun})\n",
        f"raise ValueError(\"no {noun}\")\n", f"total = 0\nfor x in numbers:\n    total += x\nprint(total)\n",
        f"x = np.zeros({k})\nprint(x.shape)\n", f"data = pd.read_csv(\"{noun}s.csv\")\nprint(data.head())\n", f"plt.plot(x, y)\nplt.show()\n",
        f"random.seed({k})\nprint(random.choice({noun}s))\n", f"{noun}s = sorted({noun}s)\nprint({noun}s[0])\n",
        f"parser = argparse.ArgumentParser()\nparser.add_argument(\"--{noun}\")\nargs = parser.parse_args()\n",
    ])


def _class(rng):
    name, one, two = rng.choice(CLASSES), *rng.sample(FIELDS, 2)
    verb = rng.choice(VERBS)
    body = f"class {name}:\n    def __init__(self, {one}, {two}):\n        self.{one} = {one}\n        self.{two} = {two}\n\n"
    return body + rng.choice([
        f"    def {verb}(self):\n        return self.{one}\n", f"    def {verb}_{one}(self, {one}):\n        self.{one} = {one}\n",
        f"    def {verb}(self):\n        print(self.{one}, self.{two})\n", f"    def __repr__(self):\n        return f\"{name}({{self.{one}}})\"\n",
    ]) + rng.choice(["", f"\n\n{name.lower()} = {name}({one}, {two})\nprint({name.lower()}.{one})\n"])


def program(rng):
    """One short program."""
    parts = []
    if rng.random() < 0.45:
        parts.append("\n".join(rng.sample(MODULES, rng.randrange(1, 4))) + "\n")
    if rng.random() < 0.1:
        parts.insert(0, "#!/usr/bin/env python3\n")
    for _ in range(rng.randrange(1, 3)):
        make = rng.choice([lambda: rng.choice(FUNCTIONS), lambda: rng.choice(FUNCTIONS), lambda: _function(rng), lambda: _lines(rng), lambda: _class(rng)])
        text = make()
        parts.append(rng.choice(["", "", f"# {rng.choice(VERBS)} the {rng.choice(NOUNS)}s\n"]) + text)
    return "\n".join(parts)
