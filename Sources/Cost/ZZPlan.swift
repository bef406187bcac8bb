extension PackageResources { static let plan_prior_json: [UInt8] = [] }
enum PackageResources { static let grids_json: [UInt8] = []; static let processors_json: [UInt8] = [] }
