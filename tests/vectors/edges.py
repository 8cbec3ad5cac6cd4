"""Ed25519 on the edge: keys and signatures that programs judge differently, judged by the textbook in `curve`."""

from tests.vectors import curve


def cases(seed):
    """Every pairing of a key and an R with and without torsion, canonical and not; ``holds`` by the textbook in `curve`."""
    small = curve.torsion()
    secret, nonce = curve.scalar(seed("edge secret")), curve.scalar(seed("edge nonce"))
    base_a, base_r = curve.times(secret, curve.B), curve.times(nonce, curve.B)
    keys = [(secret, curve.encode(curve.add(base_a, t))) for t in small] + [(0, curve.encode(t)) for t in small]
    halves = [(nonce, curve.encode(curve.add(base_r, t))) for t in small[:3]] + [(0, curve.encode(t)) for t in small]
    twisted = [(0, other) for t in small for other in other_encodings(t)]
    found = [{"public_hex": key.hex(), "registers": curve.registers(key)} for key in {key: None for _, key in (*keys, *twisted)}]
    found += [{"public_hex": text, "registers": False} for text in ("", "00" * 31, "00" * 33, "02" + "00" * 31, "ff" * 32)]
    for number, ((a, key), (r, half)) in enumerate(
        (one, two) for one in (*keys[:3], *keys[8:10], twisted[0]) for two in (*halves[:4], halves[7], twisted[0], twisted[-1])
    ):
        message = b"edge %d" % number
        s = (r + curve.scalar(half, key, message) * a) % curve.L
        found.append(signature_case(key, message, half + s.to_bytes(32, "little")))
    key, half, message = keys[0][1], halves[0][1], b"bounds"
    s = (nonce + curve.scalar(half, key, message) * secret) % curve.L
    for wrong in (s, s + curve.L, s ^ 1, 0, curve.L, 2**256 - 1):
        found.append(signature_case(key, message, half + wrong.to_bytes(32, "little")))
    s = curve.scalar(curve.encode(curve.ZERO), key, message) * secret % curve.L
    found.append(signature_case(key, message, curve.encode(curve.ZERO) + s.to_bytes(32, "little")))
    return [*found, signature_case(key, message, b""), signature_case(key, message, half)]


def combinations(seed):
    """Each kind of A with each kind of R, k over the bytes as they stand or encoded again, S below L or not: what makes programs differ.

    S is made so that the equation holds up to torsion, where the discrete logarithms are known: a check that multiplies by the cofactor accepts it. ``what`` says
    the kinds; ``cofactored`` whether such a check would accept it, by the scalars it was made from.
    """
    small = curve.torsion()
    secret, nonce = curve.scalar(seed("edge secret")), curve.scalar(seed("edge nonce"))
    base_a, base_r = curve.times(secret, curve.B), curve.times(nonce, curve.B)
    twisted = [other for t in small for other in other_encodings(t)]
    keys = [("A", secret, curve.encode(base_a))]
    keys += [(f"A + T{n}", secret, curve.encode(curve.add(base_a, small[n]))) for n in range(1, 8)]
    keys += [(f"A = T{n}", 0, curve.encode(t)) for n, t in enumerate(small)] + [(f"A = other form {n}", 0, t) for n, t in enumerate(twisted)]
    halves = [("R", nonce, curve.encode(base_r))]
    halves += [(f"R + T{n}", nonce, curve.encode(curve.add(base_r, small[n]))) for n in range(1, 8)]
    halves += [(f"R = T{n}", 0, curve.encode(t)) for n, t in enumerate(small)] + [(f"R = other form {n}", 0, t) for n, t in enumerate(twisted)]
    for one, a, key in keys:
        for other, r, half in halves:
            message = f"{one}, {other}".encode()
            again = curve.encode(curve.decode(half)), curve.encode(curve.decode(key))
            for how, k in (("", curve.scalar(half, key, message)), (", k encoded again", curve.scalar(*again, message))):
                if how and again == (half, key):
                    continue
                s = (r + k * a) % curve.L
                sizes = [("", s)]
                if not how and (one, other) in _TRIED or one == "A":
                    sizes += [(", S + L", s + curve.L), (", S with the top bit", s | 1 << 255), (", S + 1", (s + 1) % curve.L), (", -S", -s % curve.L)]
                for size, value in sizes:
                    made = signature_case(key, message, half + value.to_bytes(32, "little"))
                    yield {**made, "what": f"{one}, {other}{how}{size}", "cofactored": not how and not size}


_TRIED = {("A + T1", "R"), ("A = T0", "R = T0"), ("A = T1", "R = T1"), ("A + T4", "R + T4")}


def other_encodings(point):
    _, y = point
    for n in (y, y + curve.P):
        for sign in (0, 1):
            data = (n | sign << 255).to_bytes(32, "little") if n < 2**255 else b""
            if data and data != curve.encode(point) and curve.decode(data) == point:
                yield data


def signature_case(key, message, signature):
    return {
        "public_hex": key.hex(),
        "message": message.decode(),
        "signature_hex": signature.hex(),
        "holds": curve.holds(key, message, signature),
    }
