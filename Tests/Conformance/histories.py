"""Histories of concurrent operations, and whether an order exists that explains them."""

import dataclasses

# Steps of the search per history; a history that needs more was made too concurrent, and is no proof.
STEPS_MAX = 2_000_000


@dataclasses.dataclass
class Operation:
    """One call: `apply(state)` gives the state after it, or None if the answer it got is impossible in that state."""

    apply: object
    began: float
    ended: float
    text: str


def is_linearizable(operations, initial):
    """Looks for an order of the operations that respects their times and explains their answers.

    Source: Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memory of states seen by Lowe,
    "Testing for linearizability" (2017).
    """
    operations = sorted(operations, key=lambda operation: operation.began)
    total = len(operations)
    seen = set()
    # The number of operations at the start that are all done, a set of those done after it, and the state.
    stack = [(0, frozenset(), initial)]
    steps = 0
    while stack:
        first, later, state = stack.pop()
        while first in later:
            later = later - {first}
            first += 1
        if first == total:
            return True
        if (first, later, state) in seen:
            continue
        seen.add((first, later, state))
        # Whatever began before the first end among those left may come next.
        horizon = float("inf")
        for index in range(first, total):
            operation = operations[index]
            if operation.began > horizon:
                break
            if index in later:
                continue
            horizon = min(horizon, operation.ended)
            steps += 1
            assert steps <= STEPS_MAX, "too many orders to look through"
            after = operation.apply(state)
            if after is not None:
                stack.append((first, later | {index}, after))
    return False


@dataclasses.dataclass
class Transaction:
    """What a transaction read and wrote: versions by key. A version is written once."""

    reads: dict
    writes: dict
    began: float
    ended: float


def find_cycle(transactions):
    """A circle of transactions of which each has to come before the next, or None: then some order in line with the
    clock explains all.

    Source: Adya, "Weak consistency: a generalized theory" (1999), with an edge for every pair in real time.
    """
    writer = {(key, version): index for index, one in enumerate(transactions) for key, version in one.writes.items()}
    after = [set() for _ in transactions]
    for index, one in enumerate(transactions):
        for key, version in one.reads.items():
            if (key, version) in writer:
                after[writer[key, version]].add(index)
            if (key, version + 1) in writer:
                after[index].add(writer[key, version + 1])
        for key, version in one.writes.items():
            if (key, version - 1) in writer:
                after[writer[key, version - 1]].add(index)
        after[index].update(
            other for other, later in enumerate(transactions) if one.ended < later.began)
    for index, one in enumerate(after):
        one.discard(index)
    return cycle(after)


def cycle(after):
    state = [0] * len(after)
    for start in range(len(after)):
        path = [(start, iter(after[start]))]
        if state[start]:
            continue
        state[start] = 1
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                path.pop()
            elif state[following] == 1:
                nodes = [one for one, _ in path]
                return nodes[nodes.index(following):]
            elif state[following] == 0:
                state[following] = 1
                path.append((following, iter(after[following])))
    return None
