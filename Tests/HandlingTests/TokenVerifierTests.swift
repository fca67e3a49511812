import Events
import Handling
import Services
import Synchronization
import Testing
import Time

/// Tokens that OpenSSL signed.
struct TokenVerifierTests {
    /// Gives the sets in turn, the last one for ever.
    final class Keys: KeySource {
        private let sets: Mutex<[String]>
        let asked = Mutex(0)
        init(_ sets: [String]) { self.sets = Mutex(sets) }
        func keySet() async throws(ServiceError) -> [UInt8] {
            asked.withLock { $0 += 1 }
            let set = sets.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
            guard let set else { throw .unavailable("no keys") }
            return Array(set.utf8)
        }
    }

    static let key = """
        {"kty":"RSA","use":"sig","alg":"RS256","kid":"k1","e":"AQAB","n":"1x6p-zUM5v016ao1p_-wKti2ckcH24V_o05oR0cX-i0gSBs6ZoTdvuTrBNQ1g2h4CxDLvVNPKr7XEwi0oWlA11PYugEZiXVz\
        3uMkT93z6A7p_Az6_N0nu9nFIY6Guv_3nP9OSZU6NJ_pC3A68Wg1VGASn0e0CBlg1J3XpveJwSa3_pmLr-qu7hw_pHy3E4Ka\
        8KtKP1KabdJjHkbyggCSIrfsNpsqVbN4I1OHq106ROLtRbGxhG2sN9Uxs2LY1qpDRjbO3lI9y8PMAPJikMUQYOLMylbKlN1Z\
        FBIYASg6XyU1g_7jq-7sncBT-Op28x8BATmecKZmxv1LwLsGVH6vKQ\
        "}
        """
    static let keySet = #"{"keys":[{"kty":"EC","kid":"k0"},"# + key + "]}"
    static let other = #"{"keys":[]}"#
    static let now = Timestamp(milliseconds: 1_500_000)

    static func verifier(_ keys: Keys) -> TokenVerifier {
        TokenVerifier(source: keys, issuer: "https://pool", clientID: "site")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var token: String
        var isValid: Bool
    }
    static let rows = [
        Row(
            testDescription: "an ID token",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOB\
                qUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWx\
                c3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M\
                4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4\
                e3TPUNNTu_DYtQ
                """, isValid: true),
        Row(
            testDescription: "an access token",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJ0b2tlbl91c2Ui\
                OiJhY2Nlc3MiLCJleHAiOjIwMDAsImlhdCI6MTAwMCwiY2xpZW50X2lkIjoic2l0ZSJ9.ZIKxHN_2vAxQACmSIEJMp3LAXZi\
                PteORw-GrbZ74a8UCqQ2SSjzL0OsXvNZ26SvzQFXzUYH2Rm2t8TplfxbIEgSIymrOow-lSNu_3xe92WDcMmpMDQKR6VSuDp9\
                ZHiWOovx-sJBWhj3tXzUuzMbfY9Hk5AnQxsCgwakFvY5OwlDLuXcm9U9xUUhJZv87qz70HoBlCvTXwZ5oCBZCL4dvkCd8OC2\
                OEKewZC3e55POL-TwIfFsMCqvXV_8O2C8vhk0lnU5nmdYzyTssXULq4_pjicogsk7-WsW1kJKNKI3K6DdSbuPqnOmEFN485s\
                e-PAXN0kginMTzemqS1J4O10l8g
                """, isValid: true),
        Row(
            testDescription: "another issuer",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL290aGVyIiwiYXVkIjoic2l0\
                ZSIsInRva2VuX3VzZSI6ImlkIiwiZXhwIjoyMDAwLCJpYXQiOjEwMDB9.NIst8SEzTUJVCBujzHVztUPwhNp5e866zVRpA3M\
                dXqoZoA_w8OBtc1-INgueeh-n3wbcCu4JZ52jIs0LPJPAa-roT4IxyQ1GaXAJVm0EVt83iz5sUCW-kIufYqRSAZ21Ya5AGUq\
                bnHrliMldTkuuhYVFsxxUsl88OJOuC_5_xe_glOBfUkfQmJx46X8xHl4VHDY5J7LA0MgRzyyfBUJgMWPBOEZtB9wtQBnzWP7\
                vwYTu_xBHMggdLSno17du7xgNY1_29OMC9hl-9-67QSd8vrWrdmel2BemY9-2LPIBiUj469gtfTp2w-QvNZDy2rBmC8qIT9a\
                HuHmxcYjHa0Drrw
                """, isValid: false),
        Row(
            testDescription: "another client's",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJvdGhl\
                ciIsInRva2VuX3VzZSI6ImlkIiwiZXhwIjoyMDAwLCJpYXQiOjEwMDB9.GCfpzICurGEuno_dsW8W_9iLepWgSBhrkCWO-r5\
                KHkn5Lp1VLsy8e95PN57ktzmoCyrEXMu37mu2qqm5yIrQn1nU8_MAvp5cc0QoF-5OMARpc8Fob-EEmeittYTRKHGkwTLDZ0q\
                DSgYIZpnCbohbK7Gi4nFu6xjDJkg6wZteun_aTC8eegazx2ONF9lV6QV4OW4bTbAzKTxX7mDITN9TENofRV7ZNOdF_EqOg9q\
                bbYfk5DejRBbniy0YZUCbOWKIza_9xsAPmMnJg2GNFjLqbQLjL1Jf_6PDM77Yxb0VlZsOSCtg2bDGArUriXOPugimCLLobWi\
                Bl9cQXPF5I5Jqaw
                """, isValid: false),
        Row(
            testDescription: "an access token of another client's",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJ0b2tlbl91c2Ui\
                OiJhY2Nlc3MiLCJleHAiOjIwMDAsImlhdCI6MTAwMCwiY2xpZW50X2lkIjoib3RoZXIifQ.WZCeaO4xESbKNVvnTCtQPaHxk\
                8EB3yy3pLcRB1OCqalY0pWT14wGNtvGwrRQaXd4V1UtICFh68xphipXMwQfbP9tj0tqYuph4gmMfxodQIxS_61TUNqXs1eQ0\
                Py7N7-LOHCFrC8yJO_V6e25MkHP4JguQhc4DclZwojTgAyPhtY4yC-i9HLDzo1adW0K6QBpinK7vbyV9jCBTMPx4IIKA4N_3\
                5PTPxVOjcIO10J4niUnQygV2TkCyqb14-Sed_BDgZucQOoKqLHK0gv0URtiEPe1Po-K3OhVKcAZZX61kLvFqdFw3wrkB0K98\
                EMWaV4fHbB2ZoPFBrqJwXIWhNNygg
                """, isValid: false),
        Row(
            testDescription: "an access token that names the client as its audience",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiYWNjZXNzIiwiZXhwIjoyMDAwLCJpYXQiOjEwMDB9.xMLHfSmHO2mq9V0iXevxyjPIxvxl5yybNrl\
                y_Y0W-yzPw7Zt86EhMbqpTB7FYdAfVusAzJJpHvrnnUZly8386V6N8zRxJm0nRNGnZjGh8-5d7LuUt2YRPkcvp6AZPPtKFQo\
                nzEH8WKRq8Yy5SPy5icP8DeB3RVV32xrK6F1dcMQoQXHUT09qtEg4rpOdwo8i92CuibB7ujQqfEdNA3XExiE0Zu9vDF0WIKr\
                e_OqGYft64W5SlfwQwiwwas6gRhvGZcd-EPdkwjXBg-nh5As5aygn45KOlzfeSckXLfE8BcaGXrGy5W-OEdYDyr8wMacYpUh\
                7ONdb38AfzFNxdhYxqQ
                """, isValid: false),
        Row(
            testDescription: "a refresh token",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoicmVmcmVzaCIsImV4cCI6MjAwMCwiaWF0IjoxMDAwfQ.XfoMHPS615HOx93_gU8tpm6FkEHHLAUe_\
                rYZA5zb1FDiP86AqqjzvoKqWKq67aLbXFiVbLiTOKqglnDcE6Lt6GVEacluqZBRpyvtZz3oOqGuCfZ5Fj64rWcCOcbRIMaeO\
                tjlEELYTRWo1IRZCpL-o-ByQ5zj-aXNijXNOxNQnRlDXfuB7lcQHQNboFlVpz0NGixLJyq9p0LdFl1grwmYCmUz4GrM6zXfj\
                8X8RkGlvHXf-apFR2FKqr5vP6XaEitiDjshAvniZ9UI3GxEM62yK6dYNznUTuKPBJ93QGiDbUNEVX4pI52a4E12qhSKCLg5y\
                uCU_E5almqTxo76LMzLdw
                """, isValid: false),
        Row(
            testDescription: "expired",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjE1MDAsImlhdCI6MTAwMH0.VZZbx_etCDEp9UbPQtZ_b_sGrq0HUa-sboMyUnI-\
                t9abNcxZ9iy0z2E98oCnl8dqWSLgv10SS5FH3OkxBYLgIo6xuNDS6Pyhmgp_bP21ATaGmDZlmJWRvDto8TysUEnzRoTVnCQm\
                ggnfElOYSWUOFdg_hYY9wJDEU5a1wSPYNXXSDKqjxT5Hm8T4FYl9BQjeJcsZ_hQhQjCCNNMtcIcgoKydIb7_dDrCCHsEvEFb\
                mWDiUKpyvBw2cWYyvCSWxCr4dyLlfjbhMFwVN6hfKPc5PHkTgjC9ieHDK4Y2189b_gAqDZzFtLbVNnY-iJnJcq1bObbzouLf\
                k1unFFzftFh2nQ
                """, isValid: false),
        Row(
            testDescription: "the last second",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjE1MDEsImlhdCI6MTAwMH0.r2dFmGobZMZzsw8eRSmE8_dG9FqN1pvo94PK-FwO\
                fDh181pxmaOMHyLarX2nB4gj6Dp7fl3ZnVLIZlPehShGlyGr9u4HxGG8-YXJmS0HTM3rAJRYD2GJhijYpNDlxqgXbVgrt62W\
                HENwgm6VpjOarjXdcEj4xaSbGE5CMRteYsfrcc5zxWYROJgwFvNj1mUBoyZ-3JxozD_MnittUnD0ThdgBZqtdd_WAxUJUjZY\
                XMzeCJaYShwqV5KuTxxuBaowcEJ4IZ9GJ_53tayI19gIkeNADv-NJAmnD0jvLbxht5FTcPzAWAkA3udNm_lRDlXipX-eyfOh\
                XnRvkTcxk24hFg
                """, isValid: true),
        Row(
            testDescription: "without an end",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJpYXQiOjEwMDB9.bQCozhPePm4Ljqz08JX-UGLevl5NNq1c-hXqN1RhCTPq0ByYNvM79RD\
                oYhZWW28CQyBg2e2oHYDX2tkJ1ry4rtbBgHy1YKyXY3WTAAAwLpaGawVlwn-6j7kN6JkGuWfuND6s_8OhJYjnSPqlcR0tJ2J\
                JbLMInhNETWWNDU5yYTavP0IkOTNv3vQjQ2WAmJrxK1132bnyHtd71sOd4ThIogrEPw0wJZXKPRnQx7KOLreeJrbn8LYpzz4\
                pfsSOe3CwGJjj3w8a9AQ1lmiWyLfifmWpzALsazfHTpWNEQ8dZGxarhcTXzVxicDhQDY64nm0eSv8pEExXZzgGQZYbVAQgg
                """, isValid: false),
        Row(
            testDescription: "not valid yet",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMCwibmJmIjoxNTAxfQ.Fw_ruq5_4J71PsR0U5Woq31Cl\
                MktUKeF_t_igDRp2T-ZaJGpVTTY43b5A8gDJA0gNs5s0TtXDxLgiZnGtviUfRoWWkeZo6pysSt87FgPKKmBBboaqv9SWIOb-\
                hV8EjlQfc6JdoJevj4sGs2j2tsZSY0KkTdJBHNkkGfAfjp9j1KpG4N_7C-cwYepQmJ3sbbxr4neJ0tDGt1pScOtT2ARbJcQ-\
                VcQWX0XI2M78rClh8PtNG3p53A5Umot_apM3gMvmgh6Ig0HBmmxEwGPxeafYcJY1HMGkfMM8RkzIUoZtqcw_kGOR_oAc-aOz\
                M0Hu8NCwQoqx3HjUs5c-lY0fLKhMA
                """, isValid: false),
        Row(
            testDescription: "valid from now on",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMCwibmJmIjoxNTAwfQ.Wil84Yh1RVA1qkcs_DAvS3CCH\
                FtEFb9w_pgqnQI_66NoGW-HsMvDrt4zIZ0ipL9SpUp-PsF-omZ7mdyOSXhKf62RHAHnUcfjXLtssKH6Eufr3Mb23uHLjWLeZ\
                1kPXHlZCxpQb0yMAOJ0plhG1HiRhqmr7jVY-iBphLyDOTo7OOT98vuyMGgfPrAhmM3f_8NDbfZgDPjVNGYag54B5xGPqAjNU\
                EzhiSYCmGps77emzrjpYMKWfo8xdUdNEfli5asrlICVLxOUl61qLCZoRMaqLCHay3XZuvEodzzUQcnV9rAputZhQTWtqnhzS\
                JfYVOMLxCoZvKcPpwi4S_Ao1FnuXQ
                """, isValid: true),
        Row(
            testDescription: "by an unknown key",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.tycQ-3fKjOVvJCaTrhNUKC3t-QrSyfF225wJE_ai\
                P045lQKMCCgpHZGjjRbFrq0uwj73DHW_64hGwjdNJB2wod8rdZ1Z42WFQ7ULWpNDrwyorjjTWme2ay7TACHj4bgQus9nPebG\
                F-n1DzIlnxFUri5XerXWWD8Q9SKbrQibO9XUT4NIQHcea-1zbMhCEeNiC-Eg_yMebp6Nkm6-eh_f4kCN3PZf0fYYv1PbMezO\
                wQ1HOLY6_y5ERhVZo7sEyHtjewyMpkv9Z_FfGnm2uUfkV7uBIQIWRPA38n8P6_-O0hhm5dEiibG4ZiEr9KLlSIXYGXNDQsY4\
                qWqNNvRDQFdECg
                """, isValid: false),
        Row(
            testDescription: "without a key",
            token: """
                eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRlIiwidG9rZW5fdXN\
                lIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.YRQmD_vWzdtrtlknM1_hP7FMVAoQbLuiA7BVYF2M7kEM3AnSSBOfh9b\
                mDMqy_IUh7O_mgGtBndTHds32pBkYapIfVsgZgzja5MEsyJ0o5DffWG4gcsDwQu4YGi0BC5A1VIPxdc8cN38CZurJZY7QuIP\
                5x_6u8IijvRAABXb986w5f7xXsupjup0odywzsglKleFstnBcrcSyJi9TZXhZbPjWN7n7gj1u08VDuVi1vKwL06f06c7yKoq\
                vtsHxkmDXc0FCogc-7Y9nb9XtN6qTlRxqK-KpgIMWSB7SgHf_g35cjyk_2KshawStmxIe9VMINuT6U9HrrLwgRL8T3B3PvA
                """, isValid: false),
        Row(
            testDescription: "by another algorithm",
            token: """
                eyJhbGciOiJSUzUxMiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.0IDtvHxaH2qcNiEIIk7llTkrARyPTS26jCn0OYyb\
                Exm_Mw3AECM0qaRVnIPH-n2ix-tKvLBZ-07zyA664giGNq4Sy39m_wyGoFdKEb3YZDPZBK4iCBCy_l0o1MNhbXX6elhgCtRV\
                xfDbSm7NtXDeEoH5OMHqero52b-KrLuey-U36N5_ENfzVd-EVssqQdgKowGw1viOLlC7Tebt1xcyvEcJ1Zreqp9m9VrbSA_g\
                lyAqjX1LqysLQRzCwyEjzpY8RBoOranKh854uY68ty41ccWa7U3sgDbVs29pm3bP4yKWb7q4wTtrE-aY6J3IyEn2kVMJSWOH\
                ofSOqMdrdw71Ow
                """, isValid: false),
        Row(
            testDescription: "`alg: none`",
            token: """
                eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRlI\
                iwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.
                """, isValid: false),
        Row(
            testDescription: "`alg: none` with a signature",
            token: """
                eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRlI\
                iwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOBq\
                Uxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWxc\
                3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M4\
                eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4e\
                3TPUNNTu_DYtQ
                """, isValid: false),
        Row(
            testDescription: "signed with the public key as a secret",
            token: """
                eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.9rqiiiRyZQ16J4PZ1rwhKTyGnNdzGxMwDEZghY97\
                xh0
                """, isValid: false),
        Row(
            testDescription: "other claims",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJndXMiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOB\
                qUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWx\
                c3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M\
                4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4\
                e3TPUNNTu_DYtQ
                """, isValid: false),
        Row(
            testDescription: "without a signature",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.
                """, isValid: false),
        Row(
            testDescription: "two parts",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0
                """, isValid: false),
        Row(
            testDescription: "four parts",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOB\
                qUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWx\
                c3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M\
                4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4\
                e3TPUNNTu_DYtQ.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOBqUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1\
                a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWxc3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj\
                -_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5\
                m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4e3TPUNNTu_DYtQ
                """, isValid: false),
        Row(
            testDescription: "nothing",
            token: "", isValid: false),
        Row(
            testDescription: "dots",
            token: "..", isValid: false),
        Row(
            testDescription: "no base64",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOB\
                qUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWx\
                c3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M\
                4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4\
                e3TPUNNTu_DYt!
                """, isValid: false),
        Row(
            testDescription: "padded",
            token: """
                eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJpc3MiOiJodHRwczovL3Bvb2wiLCJhdWQiOiJzaXRl\
                IiwidG9rZW5fdXNlIjoiaWQiLCJleHAiOjIwMDAsImlhdCI6MTAwMH0.CTKcAJLaWE4UCoRkjCer3IgGxrOT0wWhIDdwYAOB\
                qUxi2-xenOUCAwOJ730Njgz1vQbsDNbZcgbGE3gC1a4Edx9zUMcFy7L_UoozxqCYRxhSxWe6srtEArFVB66GsYIdMtJMevWx\
                c3dBNQvjTTepHVICOlFUBIBle4DqweAxcLLxVJ4Gj-_dyD4DcVh__0kVw_52a5LZ5y7vfzdZ-AGAYkH1HOwgd1poNhav6T4M\
                4eCmPBLvZi5jSm051zXCNEmy_KQ7rlU28bnyuhWO5m0aFJTvShnYKBhbqiZaoZGYVw6vDAVK2-4CJW_mjhB8qblyC-GfAbr4\
                e3TPUNNTu_DYtQ==
                """, isValid: false),
    ]

    @Test(arguments: rows) func `believes the pool's own tokens alone`(row: Row) async throws {
        let claims = try await Self.verifier(Keys([Self.keySet])).claims(of: row.token, at: Self.now)
        #expect((claims?.subject == "ada") == row.isValid)
        #expect((claims == nil) == !row.isValid)
    }

    @Test func `asks for the keys once, and for an unknown one once a minute`() async throws {
        let keys = Keys([Self.other, Self.keySet])
        let verifier = Self.verifier(keys)
        let token = Self.rows[0].token
        #expect(try await verifier.claims(of: token, at: Self.now) == nil)
        #expect(try await verifier.claims(of: token, at: Self.now + .seconds(59)) == nil)
        #expect(keys.asked.withLock { $0 } == 1)
        // A key that the pool has added.
        #expect(try await verifier.claims(of: token, at: Self.now + .seconds(60)) != nil)
        #expect(try await verifier.claims(of: token, at: Self.now + .seconds(61)) != nil)
        #expect(keys.asked.withLock { $0 } == 2)
    }

    @Test func `without keys it says neither`() async {
        await #expect(throws: ServiceError.unavailable("no keys")) {
            try await Self.verifier(Keys([])).claims(of: Self.rows[0].token, at: Self.now)
        }
    }

    @Test func `what is no key set says neither, and is asked for again`() async throws {
        let verifier = Self.verifier(Keys(["<html>", #"{"keys":{}}"#, Self.keySet]))
        for _ in 0..<2 {
            await #expect(throws: ServiceError.unavailable("the user pool's key set is no JSON with keys")) {
                try await verifier.claims(of: Self.rows[0].token, at: Self.now)
            }
        }
        #expect(try await verifier.claims(of: Self.rows[0].token, at: Self.now) != nil)
    }

    @Test func `a token too long is not looked at`() async throws {
        let keys = Keys([Self.keySet])
        let token = String(repeating: "a", count: TokenVerifier.tokenBytesMax + 1)
        #expect(try await Self.verifier(keys).claims(of: token, at: Self.now) == nil)
        #expect(keys.asked.withLock { $0 } == 0)
    }
}
