using System.Text.Json;

namespace OptimizeAndServe.Tuning;

/// <summary>The selected settings and all trials; stored beside the models.</summary>
internal sealed class Choices
{
    /// <summary>The number of requests that settings were selected on.</summary>
    public int Requests { get; set; }

    /// <summary>The slices they were judged on.</summary>
    public int Slices { get; set; }

    /// <summary>The number of items per request that the first stage passes on.</summary>
    public int Keep { get; set; }

    /// <summary>Whether the cascade took less time than the ranker alone.</summary>
    public bool CascadePays { get; set; }

    public List<Trial> Trials { get; set; } = [];

    public static Choices Load(string path) => JsonSerializer.Deserialize(File.ReadAllText(path), ChoicesJson.Default.Choices) ?? new Choices();

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, ChoicesJson.Default.Choices));
}
