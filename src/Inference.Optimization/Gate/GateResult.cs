using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inference.Evaluation.Reading;

namespace Inference.Optimization.Gate;

/// <summary>The verdict of a gate: each rule with its figure, and what a second check needs to say the same: options, seed, digests of models and rows. Immutable.</summary>
public sealed record GateResult
{
    /// <summary>The version of the format, 1.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Whether no rule refuses the candidate.</summary>
    [JsonPropertyOrder(-1)]
    public bool Passed => !Rules.Any(static rule => rule.Refuses);

    /// <summary>When it was checked.</summary>
    public DateTimeOffset CheckedAt { get; init; }

    /// <summary>The candidate.</summary>
    public required GateModel Candidate { get; init; }

    /// <summary>The baseline; null if there was none.</summary>
    public GateModel? Baseline { get; init; }

    /// <summary>The rows.</summary>
    public required GateData Data { get; init; }

    /// <summary>The rules and bounds, with the metric that was used.</summary>
    public required GateOptions Options { get; init; }

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>The file of the public key by which the candidate had to be signed; null if none was asked for.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The file of the reference profile that rows and outputs had to fit; null if none was asked for.</summary>
    public string? ProfileFile { get; init; }

    /// <summary>The file that maps columns to inputs; null if names and shapes determined the mapping.</summary>
    public string? SchemaFile { get; init; }

    /// <summary>How outputs and labels were read, decided from the baseline, otherwise from the candidate; null if nothing was read.</summary>
    public OutputReading? Reading { get; init; }

    /// <summary>The rules, in the order in which they are shown.</summary>
    public required IReadOnlyList<GateRule> Rules { get; init; }

    /// <summary>Parses a result written by <see cref="ToJson"/>.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="OptimizationException">The text is not a serialized result.</exception>
    public static GateResult Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            GateResult? result = JsonSerializer.Deserialize(json, GateJson.Default.GateResult);
            return result is { Format: 1 } ? result : throw new OptimizationException($"Gate result: expected format 1, got {result?.Format.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}. Read it with the version that wrote it.");
        }
        catch (JsonException exception)
        {
            throw new OptimizationException($"Gate result: expected JSON written by ToJson, got other text: {exception.Message} Check again.", exception);
        }
    }

    /// <summary>Serializes the result as JSON, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GateJson.Default.GateResult);

    /// <summary>Writes the result as a JSON object, for a document that holds it.</summary>
    /// <param name="writer">The writer, where a value is expected.</param>
    public void WriteTo(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, GateJson.Default.GateResult);

    /// <inheritdoc/>
    public bool Equals(GateResult? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
