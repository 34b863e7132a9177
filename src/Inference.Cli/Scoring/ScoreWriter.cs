namespace Inference.Cli.Scoring;

/// <summary>Writes the outputs of a model row by row, without keeping them in memory. The file appears at its path only on <see cref="Complete"/>.</summary>
internal abstract class ScoreWriter : IDisposable
{
    /// <summary>Creates a writer for the format of the file name extension: <c>.npz</c> or <c>.csv</c>.</summary>
    /// <exception cref="InferenceException">The extension is not supported.</exception>
    public static ScoreWriter Create(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npz" => new NpzScoreWriter(path),
        ".csv" => new CsvScoreWriter(path),
        var other => throw new InferenceException($"-o {path}: expected a .npz or .csv file, got '{other}'."),
    };

    /// <summary>Adds the first <paramref name="rows"/> rows of the outputs.</summary>
    public abstract void Append(NamedValues outputs, int rows);

    /// <summary>Moves the finished file into place.</summary>
    public abstract void Complete();

    public abstract void Dispose();

    /// <summary>Converts an output to a tensor with rows along axis 0; a map becomes one row, a sequence of maps one row per map.</summary>
    /// <exception cref="InferenceException">The output has no rows.</exception>
    protected static TensorValue Rows(string name, ModelValue value, int rows)
    {
        TensorValue? tensor = value switch
        {
            TensorValue { Rank: > 0 } own when own.Shape[0] >= rows => own,
            SequenceValue sequence when sequence.Count >= rows && sequence.Items.All(i => i is MapValue) => Stack([.. sequence.Items.Cast<MapValue>()]),
            _ => null,
        };
        return tensor ?? throw new InferenceException($"Output '{name}': expected at least {rows} rows along its first axis, got {(value is TensorValue t ? t.ToString() : value.Kind)}. This model cannot be scored row by row.");
    }

    private static TensorValue? Stack(MapValue[] maps)
    {
        int width = maps[0].Count;
        if (maps.Any(m => m.Count != width || m.Values.ElementType != ElementType.Float32))
        {
            return null;
        }

        TensorValue result = TensorValue.Allocate(ElementType.Float32, [maps.Length, width]);
        for (int i = 0; i < maps.Length; i++)
        {
            maps[i].Values.AsSpan<float>().CopyTo(result.AsWritableSpan<float>()[(i * width)..]);
        }

        return result;
    }
}
