using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary><see cref="ModelInfo"/> between processes. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ModelDescription")]
internal sealed class ModelDescription
{
    [Id(0)]
    public string Version { get; set; } = "";

    [Id(1)]
    public string Digest { get; set; } = "";

    [Id(2)]
    public PortDescription[] Inputs { get; set; } = [];

    [Id(3)]
    public PortDescription[] Outputs { get; set; } = [];

    [Id(4)]
    public int? BatchAxis { get; set; }

    [Id(5)]
    public bool RowIndependent { get; set; }

    [Id(6)]
    public bool Deterministic { get; set; }

    [Id(7)]
    public string Provider { get; set; } = "";

    [Id(8)]
    public Dictionary<string, string> Metadata { get; set; } = [];

    /// <summary>Why there is no description; null if there is one.</summary>
    [Id(9)]
    public CallFault? Fault { get; set; }

    /// <summary>Whether its pipeline takes feedback.</summary>
    [Id(10)]
    public bool TakesFeedback { get; set; }

    public static ModelDescription Of(ModelInfo info, bool takesFeedback) => new()
    {
        TakesFeedback = takesFeedback,
        Version = info.Version,
        Digest = info.Digest,
        Inputs = [.. info.Inputs.Select(PortDescription.Of)],
        Outputs = [.. info.Outputs.Select(PortDescription.Of)],
        BatchAxis = info.BatchAxis,
        RowIndependent = info.RowIndependent,
        Deterministic = info.Deterministic,
        Provider = info.Provider,
        Metadata = new Dictionary<string, string>(info.Metadata, StringComparer.Ordinal),
    };

    /// <summary>The model's description under the name that it has here.</summary>
    public ModelInfo ToInfo(string name) => new()
    {
        Name = name,
        Version = Version,
        Digest = Digest,
        Inputs = [.. Inputs.Select(static p => p.ToPort())],
        Outputs = [.. Outputs.Select(static p => p.ToPort())],
        BatchAxis = BatchAxis,
        RowIndependent = RowIndependent,
        Deterministic = Deterministic,
        Provider = Provider,
        Metadata = Metadata,
    };
}
