using Inference.Architecture.Tests.Rooms;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Architecture.Tests;

/// <summary>The pictures of docs/ARCHITECTURE.md are drawn from compiled types; eng/map.sh draws them anew.</summary>
public sealed class PictureTests
{
    [Theory]
    [InlineData("projects")]
    [InlineData("Inference")]
    [InlineData("Inference.Batching")]
    [InlineData("Inference.Caching")]
    [InlineData("Inference.Monitoring")]
    public void Picture_OfTheMap_ShowsWhatWasCompiled(string name)
    {
        RoomGraph graph = RoomGraph.Of([.. Directory.GetFiles(AppContext.BaseDirectory, "Inference*.dll").Where(static f => !Path.GetFileName(f).Contains("Tests", StringComparison.Ordinal))]);
        string drawn = name == "projects" ? RoomPicture.OfProjects(graph) : RoomPicture.OfProject(graph, name);
        string file = Path.Combine(TestData.RepositoryRoot!, "docs", "ARCHITECTURE.md");
        string text = File.ReadAllText(file).ReplaceLineEndings("\n");
        string begin = $"<!-- drawn: {name} -->\n", end = "<!-- end -->";
        int start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int stop = text.IndexOf(end, start, StringComparison.Ordinal);
        Assert.True(start >= begin.Length && stop > 0, $"docs/ARCHITECTURE.md has no place for the picture '{name}'.");
        if (Environment.GetEnvironmentVariable("INFERENCE_UPDATE_MAP") == "1")
        {
            File.WriteAllText(file, string.Concat(text.AsSpan(0, start), drawn, text.AsSpan(stop)));
            return;
        }

        Assert.True(text[start..stop] == drawn, $"docs/ARCHITECTURE.md, picture '{name}': expected what was compiled:\n{drawn}Run eng/map.sh.");
    }
}
