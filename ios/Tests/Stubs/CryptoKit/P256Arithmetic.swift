// Enough of P-256 to sign: affine points, Montgomery multiplication, nothing in constant time. For tests alone.

/// 256 bits, least limb first.
struct Limbs: Equatable {
    var w: (UInt64, UInt64, UInt64, UInt64)
    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { w = (a, b, c, d) }
    init(bytes: [UInt8]) {
        let limbs = (0..<4).map { i in bytes[(24 - 8 * i)..<(32 - 8 * i)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        w = (limbs[0], limbs[1], limbs[2], limbs[3])
    }
    var array: [UInt64] { [w.0, w.1, w.2, w.3] }
    var bytes: [UInt8] { array.reversed().flatMap { limb in (0..<8).map { UInt8(truncatingIfNeeded: limb >> (56 - 8 * $0)) } } }
    var isZero: Bool { w.0 | w.1 | w.2 | w.3 == 0 }
    func bit(_ i: Int) -> Bool { array[i / 64] >> (i % 64) & 1 == 1 }
    static func == (a: Limbs, b: Limbs) -> Bool { a.w == b.w }
}

/// Numbers modulo an odd 256-bit prime.
struct Field {
    let m: [UInt64]
    private let inverse: UInt64
    private let r2: Limbs

    init(_ modulus: Limbs) {
        m = modulus.array
        var inverse: UInt64 = 1
        for _ in 0..<6 { inverse = inverse &* (2 &- m[0] &* inverse) }
        self.inverse = 0 &- inverse
        var power = Limbs(1, 0, 0, 0)
        for _ in 0..<512 { power = Self.add(power, power, m) }
        r2 = power
    }

    func add(_ a: Limbs, _ b: Limbs) -> Limbs { Self.add(a, b, m) }
    func sub(_ a: Limbs, _ b: Limbs) -> Limbs { Self.add(a, Self.subtract(m, b.array).0, m) }
    func enter(_ a: Limbs) -> Limbs { mul(a, r2) }
    func leave(_ a: Limbs) -> Limbs { mul(a, Limbs(1, 0, 0, 0)) }
    var one: Limbs { enter(Limbs(1, 0, 0, 0)) }

    /// Reduces a number that is under twice the modulus.
    func reduce(_ a: Limbs) -> Limbs { Self.add(a, Limbs(0, 0, 0, 0), m) }

    /// a * b / 2^256.
    func mul(_ a: Limbs, _ b: Limbs) -> Limbs {
        let (a, b) = (a.array, b.array)
        var t: [UInt64] = [0, 0, 0, 0, 0, 0]
        for i in 0..<4 {
            var carry: UInt64 = 0
            for j in 0..<4 { (t[j], carry) = Self.multiplyAdd(a[j], b[i], t[j], carry) }
            Self.addCarry(&t, 4, carry)
            let factor = t[0] &* inverse
            carry = Self.multiplyAdd(factor, m[0], t[0], 0).1
            for j in 1..<4 { (t[j - 1], carry) = Self.multiplyAdd(factor, m[j], t[j], carry) }
            let (sum, over) = t[4].addingReportingOverflow(carry)
            t[3] = sum
            t[4] = t[5] &+ (over ? 1 : 0)
            t[5] = 0
        }
        let value = Limbs(t[0], t[1], t[2], t[3])
        let (less, borrow) = Self.subtract(value.array, m)
        return t[4] != 0 || !borrow ? less : value
    }

    /// By Fermat: a^(m - 2).
    func invert(_ a: Limbs) -> Limbs {
        let exponent = Self.subtract(m, [2, 0, 0, 0]).0
        var result = one
        for i in (0..<256).reversed() {
            result = mul(result, result)
            if exponent.bit(i) { result = mul(result, a) }
        }
        return result
    }

    private static func addCarry(_ t: inout [UInt64], _ at: Int, _ carry: UInt64) {
        let (sum, over) = t[at].addingReportingOverflow(carry)
        t[at] = sum
        if over { t[at + 1] &+= 1 }
    }

    /// a * b + c + d, low and high.
    private static func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> (UInt64, UInt64) {
        var (high, low) = a.multipliedFullWidth(by: b)
        var over = false
        (low, over) = low.addingReportingOverflow(c)
        if over { high &+= 1 }
        (low, over) = low.addingReportingOverflow(d)
        if over { high &+= 1 }
        return (low, high)
    }

    static func subtract(_ a: [UInt64], _ b: [UInt64]) -> (Limbs, Bool) {
        var out: [UInt64] = [0, 0, 0, 0]
        var borrow: UInt64 = 0
        for i in 0..<4 {
            let (first, over) = a[i].subtractingReportingOverflow(b[i])
            let (second, again) = first.subtractingReportingOverflow(borrow)
            out[i] = second
            borrow = over || again ? 1 : 0
        }
        return (Limbs(out[0], out[1], out[2], out[3]), borrow == 1)
    }

    private static func add(_ a: Limbs, _ b: Limbs, _ m: [UInt64]) -> Limbs {
        let (a, b) = (a.array, b.array)
        var out: [UInt64] = [0, 0, 0, 0]
        var carry: UInt64 = 0
        for i in 0..<4 {
            let (first, over) = a[i].addingReportingOverflow(b[i])
            let (second, again) = first.addingReportingOverflow(carry)
            out[i] = second
            carry = over || again ? 1 : 0
        }
        let sum = Limbs(out[0], out[1], out[2], out[3])
        let (less, borrow) = subtract(out, m)
        return carry == 1 || !borrow ? less : sum
    }
}

enum Curve {
    static let p = Field(Limbs(0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001))
    static let n = Field(Limbs(0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000))
    static let g = Point(
        x: p.enter(Limbs(0xf4a1_3945_d898_c296, 0x7703_7d81_2deb_33a0, 0xf8bc_e6e5_63a4_40f2, 0x6b17_d1f2_e12c_4247)),
        y: p.enter(Limbs(0xcbb6_4068_37bf_51f5, 0x2bce_3357_6b31_5ece, 0x8ee7_eb4a_7c0f_9e16, 0x4fe3_42e2_fe1a_7f9b)), z: p.one)

    /// Jacobian, in Montgomery form; z = 0 is infinity.
    struct Point {
        var x, y, z: Limbs
        static let infinity = Point(x: p.one, y: p.one, z: Limbs(0, 0, 0, 0))

        func doubled() -> Point {
            if z.isZero { return self }
            let p = Curve.p
            let zz = p.mul(z, z), yy = p.mul(y, y)
            let s4 = {
                let s = p.mul(x, yy); let d = p.add(s, s); return p.add(d, d)
            }()
            let t = p.mul(p.sub(x, zz), p.add(x, zz))
            let m = p.add(p.add(t, t), t)
            let x3 = p.sub(p.mul(m, m), p.add(s4, s4))
            var y4 = p.mul(yy, yy)
            for _ in 0..<3 { y4 = p.add(y4, y4) }
            let yz = p.mul(y, z)
            return Point(x: x3, y: p.sub(p.mul(m, p.sub(s4, x3)), y4), z: p.add(yz, yz))
        }

        func plus(_ o: Point) -> Point {
            if z.isZero { return o }
            if o.z.isZero { return self }
            let p = Curve.p
            let z1 = p.mul(z, z), z2 = p.mul(o.z, o.z)
            let u1 = p.mul(x, z2), u2 = p.mul(o.x, z1)
            let s1 = p.mul(y, p.mul(o.z, z2)), s2 = p.mul(o.y, p.mul(z, z1))
            if u1 == u2 { return s1 == s2 ? doubled() : .infinity }
            let h = p.sub(u2, u1), r = p.sub(s2, s1)
            let hh = p.mul(h, h), hhh = p.mul(h, hh), v = p.mul(u1, hh)
            let x3 = p.sub(p.sub(p.mul(r, r), hhh), p.add(v, v))
            return Point(x: x3, y: p.sub(p.mul(r, p.sub(v, x3)), p.mul(s1, hhh)), z: p.mul(p.mul(z, o.z), h))
        }

        func times(_ k: Limbs) -> Point {
            var sum = Point.infinity
            for i in (0..<256).reversed() {
                sum = sum.doubled()
                if k.bit(i) { sum = sum.plus(self) }
            }
            return sum
        }

        var affine: (x: Limbs, y: Limbs) {
            let p = Curve.p
            let i = p.invert(z), ii = p.mul(i, i)
            return (p.leave(p.mul(x, ii)), p.leave(p.mul(y, p.mul(i, ii))))
        }
    }

    static func randomScalar() -> Limbs {
        while true {
            let k = Limbs(bytes: (0..<32).map { _ in .random(in: 0...255) })
            if !k.isZero && Field.subtract(k.array, n.m).1 { return k }
        }
    }

    static func sign(digest: [UInt8], key: Limbs) -> [UInt8] {
        while true {
            let k = randomScalar()
            let r = n.reduce(g.times(k).affine.x)
            let e = n.reduce(Limbs(bytes: digest))
            // All in Montgomery form but e + r * d, which enters last.
            let rd = n.leave(n.mul(n.enter(r), n.enter(key)))
            let s = n.leave(n.mul(n.invert(n.enter(k)), n.enter(n.add(e, rd))))
            if !r.isZero && !s.isZero { return r.bytes + s.bytes }
        }
    }
}
