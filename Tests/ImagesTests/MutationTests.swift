import Images
import Testing

/// Files that were whole once, spoilt by a seeded hand: an answer for each, within the memory allowed, and no crash.
struct MutationTests {
    static let seed: UInt64 = 20_230_223
    static let each = 700
    static let names = [
        "ada/photograph", "ada/on-its-side", "ada/cmyk", "ada/progressive", "ada/with-alpha", "ada/interlaced",
    ]

    /// SplitMix64.
    struct Chance {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((z ^ (z >> 31)) % UInt64(bound))
        }
    }

    static func spoilt(_ file: [UInt8], _ chance: inout Chance) -> [UInt8] {
        var file = file
        for _ in 0...chance.below(4) {
            guard file.count > 8 else { return file }
            // Most of what matters is at the front.
            let reach = chance.below(2) == 0 ? min(file.count, 700) : file.count
            let place = chance.below(reach)
            switch chance.below(7) {
            case 0: file[place] ^= 1 << chance.below(8)
            case 1: file[place] = [0, 1, 0x7F, 0x80, 0xFF][chance.below(5)]
            case 2: file.removeSubrange(place..<min(file.count, place + 1 + chance.below(40)))
            case 3: file.insert(contentsOf: file[place..<min(file.count, place + 1 + chance.below(200))], at: place)
            case 4: file.removeSubrange(place...)
            case 5: for offset in place..<min(file.count, place + 4) { file[offset] = UInt8(chance.below(256)) }
            default:
                let other = chance.below(file.count)
                file.swapAt(place, other)
            }
        }
        return file
    }

    /// Gives every chunk of a PNG file the checksum that it should have, so that the decoder looks further.
    static func withChecksums(_ file: [UInt8]) -> [UInt8] {
        var file = file
        var position = 8
        while position + 12 <= file.count {
            let length = file[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            let end = position + 8 + length
            guard end + 4 <= file.count else { break }
            var checksum: UInt32 = 0xFFFF_FFFF
            for byte in file[(position + 4)..<end] {
                checksum ^= UInt32(byte)
                for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 0 ? 0 : 0xEDB8_8320) }
            }
            checksum = ~checksum
            for index in 0..<4 { file[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - index * 8)) }
            position = end + 4
        }
        return file
    }

    @Test(arguments: names) func `spoilt files get an answer`(name: String) {
        let file = PictureFiles.bytes(name)
        var chance = Chance(state: Self.seed ^ UInt64(file.count))
        let limits = ImageLimits(pixelsMax: 1_000_000, memoryBytesMax: 8 << 20, scannedPixelsMax: 20_000_000)
        var made = 0
        for _ in 0..<Self.each {
            let mended = name == "ada/with-alpha" || name == "ada/interlaced"
            var spoilt = Self.spoilt(file, &chance)
            if mended, chance.below(8) > 0 { spoilt = Self.withChecksums(spoilt) }
            do throws(ImageError) {
                let picture = try SquarePicture(file: spoilt, side: 12, within: limits)
                #expect(picture.pixels.count == 12 * 12 * 3)
                made += 1
            } catch {
                #expect(ImageError.allCases.contains(error))
            }
        }
        // Not all are refused at the door.
        #expect(made > 0)
    }
}
