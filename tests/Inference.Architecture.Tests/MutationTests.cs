using System.Text.Json;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Architecture.Tests;

/// <summary>The configurations of eng/mutation name files that there are: one that has moved would be left out without a word, and the score be that of the others.</summary>
public sealed class MutationTests
{
    // Of these two, mutation testing takes parts.
    private static readonly string[] s_inParts = ["Inference", "Inference.Abstractions"];
    private static readonly string s_root = TestData.RepositoryRoot!;

    [Fact]
    public void Configurations_NameFilesThatThereAre()
    {
        (string Name, string Project, JsonElement Settings)[] all = [.. All()];
        Assert.True(all.Length > 5);
        foreach ((string name, string project, JsonElement settings) in all)
        {
            string folder = Path.Combine(s_root, "src", project);
            Assert.True(File.Exists(Path.Combine(folder, $"{project}.csproj")), $"{name}: there is no project '{project}'.");
            foreach (string tests in Texts(settings, "test-projects"))
            {
                Assert.True(File.Exists(Path.Combine(folder, tests)), $"{name}: there is no '{tests}' as seen from src/{project}.");
            }

            foreach (string pattern in Texts(settings, "mutate"))
            {
                Assert.True(Files(project, pattern).Length > 0, $"{name}: no file of src/{project} is '{pattern}'. Name where it has moved to.");
            }
        }
    }

    [Fact]
    public void Configurations_OfAWholeProject_LeaveNoFileOut()
    {
        string[] left =
        [
            .. from configuration in All()
               where !s_inParts.Contains(configuration.Project)
               group Texts(configuration.Settings, "mutate") by configuration.Project into project
               let named = project.SelectMany(patterns => patterns.SelectMany(pattern => Files(project.Key, pattern))).ToHashSet(StringComparer.Ordinal)
               from file in Files(project.Key, "**/*.cs")
               where !named.Contains(file)
               select Path.GetRelativePath(s_root, file),
        ];
        Assert.True(left.Length == 0, $"No configuration of eng/mutation names {string.Join(", ", left)}.");
    }

    private static IEnumerable<(string Name, string Project, JsonElement Settings)> All() =>
        from file in Directory.GetFiles(Path.Combine(s_root, "eng", "mutation"), "*.json")
        let settings = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("stryker-config")
        select (Path.GetFileName(file), Path.GetFileNameWithoutExtension(settings.GetProperty("project").GetString()!), settings);

    private static string[] Texts(JsonElement settings, string name) => [.. settings.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];

    // A folder, then a name with stars; or two stars for every folder.
    private static string[] Files(string project, string pattern)
    {
        bool everywhere = pattern.StartsWith("**/", StringComparison.Ordinal);
        string root = Path.Combine(s_root, "src", project);
        string folder = everywhere ? root : Path.Combine(root, Path.GetDirectoryName(pattern)!);
        return !Directory.Exists(folder) ? [] :
        [
            .. Directory.GetFiles(folder, Path.GetFileName(pattern), everywhere ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
                .Where(file => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin")),
        ];
    }
}
