import Items
import Testing

struct AttributeMapTests {
    /// Against a dictionary, through sizes on both sides of where the map stops looking at each name in turn.
    @Test(arguments: 0..<50) func `holds what a dictionary holds`(seed: Int) {
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
        func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        var (map, model) = (AttributeMap(), [[UInt8]: AttributeValue]())
        let names = (0..<(1 + seed)).map { "\(["a", "é", "e\u{301}", "z"][$0 % 4])\($0 / 4)" }
        for step in 0..<200 {
            let name = names[next(names.count)]
            if next(3) == 0 {
                #expect(map.removeValue(forKey: name) == model.removeValue(forKey: Array(name.utf8)))
            } else {
                map[name] = .number(step)
                model[Array(name.utf8)] = .number(step)
            }
        }
        #expect(map.count == model.count)
        for name in names { #expect(map[name] == model[Array(name.utf8)]) }
        let keys = map.keys.map { Array($0.utf8) }
        #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(AttributeMap(map.reversed()) == map)
    }

    @Test func `of equal names the last counts`() {
        let map = AttributeMap([.init("b", 1), .init("a", 2), .init("b", 3), .init("a", 4), .init("b", 5)])
        #expect(map == ["a": 4, "b": 5])
    }

    @Test func `texts that look alike differ`() {
        #expect(AttributeValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(AttributeValue.stringSet(["\u{E9}"]) != .stringSet(["e\u{301}"]))
        #expect(AttributeMap(["\u{E9}": 1].map { $0 }) != ["e\u{301}": 1])
        let one: AttributeMap = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(one.count == 2 && one["\u{E9}"] == 1 && one["e\u{301}"] == 2)
    }
}
