using System.Globalization;
using System.Text.Json;

namespace Inference.Versioning;

/// <summary>When a row of the small model's answer is accepted: confidence ≥ threshold.</summary>
/// <param name="Output">The output of the small model from which the confidence is computed.</param>
/// <param name="Kind">How the confidence of a row is computed.</param>
/// <param name="Threshold">The lowest accepted confidence, 0 to 1.</param>
/// <param name="Transform">The transformation applied to the row first.</param>
public sealed record CascadeThreshold(string Output, ConfidenceKind Kind, double Threshold, ConfidenceTransform Transform = ConfidenceTransform.None)
{
    /// <summary>The key of <see cref="ModelInfo.Metadata"/> under which a model stores its threshold, as JSON: <c>{"version":1,"output":"y","kind":"max_probability","threshold":0.9,"transform":"none"}</c>.</summary>
    public const string MetadataKey = "inference.cascade";

    /// <summary>Parses the JSON form.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="where">The location to name in errors.</param>
    /// <exception cref="InferenceException">The text is malformed.</exception>
    public static CascadeThreshold Parse(string json, string where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            int version = root.TryGetProperty("version", out JsonElement v) ? v.GetInt32() : 0;
            if (version != 1)
            {
                throw new InferenceException($"{where}: expected version 1 of '{MetadataKey}', got {version}. Write the threshold with a matching version of the `inference` tool.");
            }

            double threshold = root.GetProperty("threshold").GetDouble();
            if (!(threshold is >= 0 and <= 1))
            {
                throw new InferenceException($"{where}: expected a threshold between 0 and 1 in '{MetadataKey}', got {threshold.ToString(CultureInfo.InvariantCulture)}. Calibrate it again.");
            }

            return new CascadeThreshold(
                root.GetProperty("output").GetString() ?? "",
                root.GetProperty("kind").GetString() switch
                {
                    "max_probability" => ConfidenceKind.MaxProbability,
                    "margin" => ConfidenceKind.Margin,
                    "binary_probability" => ConfidenceKind.BinaryProbability,
                    { } other => throw new InferenceException($"{where}: expected kind 'max_probability', 'margin' or 'binary_probability' in '{MetadataKey}', got '{other}'."),
                    null => throw new InferenceException($"{where}: expected a kind in '{MetadataKey}', got null."),
                },
                threshold,
                (root.TryGetProperty("transform", out JsonElement t) ? t.GetString() : "none") switch
                {
                    "none" or null => ConfidenceTransform.None,
                    "softmax" => ConfidenceTransform.Softmax,
                    "sigmoid" => ConfidenceTransform.Sigmoid,
                    { } other => throw new InferenceException($"{where}: expected transform 'none', 'softmax' or 'sigmoid' in '{MetadataKey}', got '{other}'."),
                });
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InferenceException($"{where}: '{MetadataKey}' cannot be read: {exception.Message} Expected {{\"version\":1,\"output\":…,\"kind\":…,\"threshold\":…}}.", exception);
        }
    }

    /// <summary>Computes the confidence of each row.</summary>
    /// <param name="output">Floating-point, shape [N], [N,1] or [N,C].</param>
    /// <param name="confidences">Receives N values.</param>
    /// <exception cref="ModelRunException">The tensor has another element type or shape.</exception>
    internal void Read(TensorValue output, Span<double> confidences)
    {
        int rows = confidences.Length;
        long width = output.Rank == 0 || rows == 0 ? 1 : output.ElementCount / rows;
        bool single = Kind == ConfidenceKind.BinaryProbability;
        if (output.Rank == 0 || output.Shape[0] != rows || (single ? width is not (1 or 2) : width < (Kind == ConfidenceKind.Margin ? 2 : 1)))
        {
            throw new ModelRunException($"Cascade: expected output '{Output}' with one row of probabilities for each of the {rows} input rows to compute confidence of kind {Kind}, got {output}. Set CascadeThreshold.Output to such an output.");
        }

        double[] row = new double[width];
        for (int r = 0; r < rows; r++)
        {
            Load(output, r, row);
            Apply(row);
            confidences[r] = Kind switch
            {
                ConfidenceKind.BinaryProbability => Math.Max(row[^1], 1 - row[^1]),
                ConfidenceKind.Margin => Margin(row),
                _ => Max(row),
            };
        }
    }

    private void Apply(Span<double> row)
    {
        if (Transform == ConfidenceTransform.Sigmoid || (Transform == ConfidenceTransform.Softmax && row.Length == 1))
        {
            foreach (ref double value in row)
            {
                value = 1 / (1 + Math.Exp(-value));
            }
        }
        else if (Transform == ConfidenceTransform.Softmax)
        {
            double max = Max(row);
            double sum = 0;
            foreach (ref double value in row)
            {
                value = Math.Exp(value - max);
                sum += value;
            }

            foreach (ref double value in row)
            {
                value /= sum;
            }
        }
    }

    private static void Load(TensorValue output, int row, Span<double> into)
    {
        int start = row * into.Length;
        switch (output.ElementType)
        {
            case ElementType.Float32:
                ReadOnlySpan<float> floats = output.AsSpan<float>().Slice(start, into.Length);
                for (int i = 0; i < into.Length; i++)
                {
                    into[i] = floats[i];
                }

                break;
            case ElementType.Float64:
                output.AsSpan<double>().Slice(start, into.Length).CopyTo(into);
                break;
            case ElementType.Float16:
                ReadOnlySpan<Half> halves = output.AsSpan<Half>().Slice(start, into.Length);
                for (int i = 0; i < into.Length; i++)
                {
                    into[i] = (double)halves[i];
                }

                break;
            default:
                throw new ModelRunException($"Cascade: expected a float32, float64 or float16 output to compute the confidence from, got {output}. Set CascadeThreshold.Output to the output with the probabilities.");
        }
    }

    // NaN wins, so that its comparison with the threshold is false and the row runs on the large model.
    private static double Max(ReadOnlySpan<double> row)
    {
        double max = double.NegativeInfinity;
        foreach (double value in row)
        {
            max = Math.Max(max, value);
        }

        return max;
    }

    private static double Margin(ReadOnlySpan<double> row)
    {
        double first = double.NegativeInfinity;
        double second = double.NegativeInfinity;
        foreach (double value in row)
        {
            if (double.IsNaN(value))
            {
                return double.NaN;
            }

            if (value > first)
            {
                (first, second) = (value, first);
            }
            else if (value > second)
            {
                second = value;
            }
        }

        return first - second;
    }
}
