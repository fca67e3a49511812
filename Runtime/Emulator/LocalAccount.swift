/// The account and region that local names are made of.
enum LocalAccount {
    static let region = "us-east-1"
    static let id = "000000000000"
}
