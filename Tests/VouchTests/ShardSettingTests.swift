import Foundation
import Platform
import Runs
import Studies
import Testing

/// `--shards`: the number of parts that a batch is cut into, as a setting and as a line of the recipe.
@Suite struct ShardSettingTests {
    private static func recipe(of run: String) throws -> Recipe {
        try JSONDecoder().decode(Recipe.self, from: Data(try Files.read(run + "/recipe.json")))
    }

    @Test func theRecipeSaysToWhichNumberTheBitsBelong() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        func run(_ name: String, shards: Int?, threads: Int) throws -> (String, Recipe) {
            let path = scratch.path + "/" + name
            let result = try trainRun(
                quick(data, out: path) {
                    $0.learning.folds = 1
                    $0.learning.refits = 0
                    $0.model.members = 4
                    $0.learning.shards = shards
                }, control: RunControl(threads: threads))
            return (result.weightsSHA256, try Self.recipe(of: path))
        }
        let (usual, recipe) = try run("usual", shards: nil, threads: 2)
        let count = try #require(recipe.shards)
        #expect((1...16).contains(count))
        let line = try #require(recipe.settings.last)
        #expect(line.option == "shards" && line.value == "\(count)")
        #expect(line.reason.contains("by what a row of this network costs"))
        // What the rule says may be asked for as well, and gives its bits.
        let (same, asked) = try run("same", shards: count, threads: 1)
        #expect(same == usual && asked.shards == count)
        #expect(asked.settings.last?.reason == "asked for")
        let (many, _) = try run("many", shards: 20, threads: 2)
        let (again, _) = try run("again", shards: 20, threads: 1)
        #expect(many == again && many != usual)
        let explained = try explainedRecipe(
            quick(data, out: scratch.path + "/none") {
                $0.model.members = 4
                $0.learning.folds = 1
            })
        let last = try #require(explained.split(separator: "\n").last)
        #expect(last.hasPrefix("shards") && last.contains(" \(count) "))
    }

    @Test func recipesOfEarlierVersionsAreRead() throws {
        var recipe = RecipeTests.recipe(rows: 5000)
        #expect(recipe.shards == nil)
        let text = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
        #expect(!text.contains("shards"))
        #expect(try JSONDecoder().decode(Recipe.self, from: Data(text.utf8)) == recipe)
        recipe.shards = 4
        let more = try JSONEncoder().encode(recipe)
        #expect(try JSONDecoder().decode(Recipe.self, from: more) == recipe)
    }

    /// A configuration that asks for nothing is stored as before: its hash stands in ledgers.
    @Test func aConfigurationWithoutShardsIsAsBefore() throws {
        var configuration = TrainConfiguration(data: "d", output: "o")
        func text() throws -> String {
            String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
        }
        #expect(try !text().contains("shards"))
        configuration.learning.shards = 3
        #expect(try text().contains("\"shards\":3"))
    }

    @Test func whatCannotBeIsRefused() throws {
        SettingTests.expect("--shards is 0; it must be from 1 to 1024") { $0.learning.shards = 0 }
        SettingTests.expect(
            "--shards is 33, but a batch has 32 rows, and each shard at least one; ask for fewer, "
                + "or for a larger --batch"
        ) {
            $0.learning.shards = 33
            $0.learning.batchRows = 32
        }
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(200), to: "data.csv")
        let error = #expect(throws: VouchError.self) {
            // Of a batch that the recipe settles.
            try trainRun(
                quick(data, out: scratch.path + "/run") { $0.learning.shards = 1000 },
                control: RunControl(threads: 1))
        }
        #expect(error?.settings == ["shards", "batch"])
        #expect(asTyped(error).hasPrefix("--shards is 1000, but a batch has 32 rows"))
    }
}
