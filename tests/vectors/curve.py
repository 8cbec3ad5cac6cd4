"""Ed25519 by the textbook, slow and on its own: points as pairs of integers, so that the vectors do not come from the code they test."""

import hashlib
from functools import cache

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)
ZERO = (0, 1)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def times(n, a):
    result = ZERO
    while n:
        if n & 1:
            result = add(result, a)
        a = add(a, a)
        n >>= 1
    return result


def root_x(y, sign):
    """x of a point with this y, or None; a sign on x = 0 is let through, as lenient decoders do."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P:
        return None
    return P - x if x and x & 1 != sign else x


def decode(data):
    """The point of 32 bytes, non-canonical ones included, or None."""
    n = int.from_bytes(data, "little")
    y = n & (2**255 - 1)
    x = root_x(y % P, n >> 255)
    return None if x is None else (x, y % P)


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


B = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def torsion():
    """The eight points of small order: multiples of one of order 8."""
    seed = 0
    while True:
        seed += 1
        point = decode(seed.to_bytes(32, "little"))
        if point is not None:
            eighth = times(L, point)
            if times(4, eighth) != ZERO:
                return [times(n, eighth) for n in range(8)]


@cache
def registers(data):
    """Rule 1: a public key that may be registered."""
    point = decode(data) if len(data) == 32 else None
    return point is not None and encode(point) == data and point != ZERO and times(L, point) == ZERO


def holds(public, message, signature):
    """Rule 2: a signature that holds under a registered key."""
    if len(signature) != 64 or not registers(public):
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L or r == encode(ZERO):
        return False
    k = scalar(r, public, message)
    x, y = times(k, decode(public))
    return encode(add(times(s, B), ((P - x) % P, y))) == r
