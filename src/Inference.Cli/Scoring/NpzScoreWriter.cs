using System.IO.Compression;
using Inference.Cli.Data;
using Inference.Cli.Running;

namespace Inference.Cli.Scoring;

/// <summary>Writes scores as a NumPy archive, with one array per output. Elements are written to a file beside the archive until the number of rows is known.</summary>
internal sealed class NpzScoreWriter(string path) : ScoreWriter
{
    private readonly List<Column> _columns = [];
    private long _rows;

    public override void Append(NamedValues outputs, int rows)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            TensorValue tensor = Rows(outputs.GetAt(i).Key, outputs.GetAt(i).Value, rows);
            if (i == _columns.Count)
            {
                if (!NpyWriter.Supports(tensor.ElementType))
                {
                    throw new InferenceException($"Output '{outputs.GetAt(i).Key}' holds {tensor.ElementType.Name()}, which .npz does not support. Write a .csv file instead.");
                }

                _columns.Add(new(outputs.GetAt(i).Key, tensor.ElementType, tensor.Shape[1..].ToArray(), new OutputFile(path)));
            }

            Column column = _columns[i];
            if (!tensor.Shape[1..].SequenceEqual(column.RowShape))
            {
                throw new InferenceException($"Output '{column.Name}': expected rows of shape {TensorShape.Format(column.RowShape)} throughout, got {tensor}. Rows of different shapes do not fit in one array; write a .csv file instead.");
            }

            column.File.Stream.Write(tensor.AsBytes()[..checked((int)(tensor.ByteCount / tensor.Shape[0] * rows))]);
        }

        _rows += rows;
    }

    public override void Complete()
    {
        using var file = new OutputFile(path);
        using (var archive = new ZipArchive(file.Stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (Column column in _columns)
            {
                using Stream entry = archive.CreateEntry(column.Name + ".npy", CompressionLevel.NoCompression).Open();
                NpyWriter.WriteHeader(entry, column.Type, [_rows, .. column.RowShape]);
                column.File.Stream.Position = 0;
                column.File.Stream.CopyTo(entry);
            }
        }

        file.Complete();
    }

    public override void Dispose()
    {
        foreach (Column column in _columns)
        {
            column.File.Dispose();
        }
    }

    private sealed record Column(string Name, ElementType Type, long[] RowShape, OutputFile File);
}
