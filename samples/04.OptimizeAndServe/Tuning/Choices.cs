using System.Text.Json;

namespace OptimizeAndServe.Tuning;

/// <summary>What was chosen, and all that was tried for it; kept beside the models.</summary>
internal sealed class Choices
{
    /// <summary>Requests that choices were made by.</summary>
    public int Requests { get; set; }

    /// <summary>Slices they were judged on.</summary>
    public int Slices { get; set; }

    /// <summary>Items of a request that the first stage passes on.</summary>
    public int Keep { get; set; }

    /// <summary>Whether the cascade took less time than the ranker alone.</summary>
    public bool CascadePays { get; set; }

    public List<Trial> Trials { get; set; } = [];

    public static Choices Load(string path) => JsonSerializer.Deserialize(File.ReadAllText(path), ChoicesJson.Default.Choices) ?? new Choices();

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, ChoicesJson.Default.Choices));
}
