using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Monitoring.Retraining;

/// <summary>Writes a NumPy <c>.npz</c> archive: one array an entry. Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays", version 1.</summary>
/// <param name="stream">Where to; stays open.</param>
internal sealed class NpzWriter(Stream stream) : IDisposable
{
    // Characters that are separators or mean something to a file system.
    private const string Unsafe = "/\\:*?\"<>|";

    private readonly ZipArchive _archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Writes numbers, [rows].</summary>
    public void Write(string name, ReadOnlySpan<double> values) => Write(name, "<f8", values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Writes numbers as single precision, [rows].</summary>
    public void Write(string name, ReadOnlySpan<float> values) => Write(name, "<f4", values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Writes integers, [rows].</summary>
    public void Write(string name, ReadOnlySpan<long> values) => Write(name, "<i8", values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Writes numbers as single precision, [rows, width].</summary>
    /// <param name="name">The array.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="fill">Fills a row.</param>
    public void Write(string name, int rows, int width, Action<int, Span<float>> fill)
    {
        using Stream entry = Begin(name, "<f4", rows, width);
        float[] row = new float[width];
        for (int i = 0; i < rows; i++)
        {
            fill(i, row);
            entry.Write(MemoryMarshal.AsBytes<float>(row));
        }
    }

    /// <summary>Writes texts, [rows], each as wide as the widest.</summary>
    public void Write(string name, IReadOnlyList<string> values)
    {
        int width = 1;
        foreach (string value in values)
        {
            width = Math.Max(width, Encoding.UTF32.GetByteCount(value) / sizeof(int));
        }

        using Stream entry = Begin(name, string.Create(CultureInfo.InvariantCulture, $"<U{width}"), values.Count, null);
        byte[] buffer = new byte[width * sizeof(int)];
        foreach (string value in values)
        {
            Array.Clear(buffer);
            Encoding.UTF32.GetBytes(value, buffer);
            entry.Write(buffer);
        }
    }

    public void Dispose() => _archive.Dispose();

    private void Write(string name, string type, int rows, ReadOnlySpan<byte> bytes)
    {
        using Stream entry = Begin(name, type, rows, null);
        entry.Write(bytes);
    }

    private Stream Begin(string name, string type, int rows, int? width)
    {
        Stream entry = _archive.CreateEntry(Distinct(name) + ".npy", CompressionLevel.Fastest).Open();
        string shape = width is { } columns ? string.Create(CultureInfo.InvariantCulture, $"({rows}, {columns})") : string.Create(CultureInfo.InvariantCulture, $"({rows},)");
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";

        // Magic, version and length take 10 bytes; the whole is a multiple of 64, ended by a new line.
        int length = ((header.Length + 11 + 63) / 64 * 64) - 10;
        Span<byte> start = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start[8..], (ushort)length);
        entry.Write(start);
        entry.Write(Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n"));
        return entry;
    }

    // Names come from models and clients; an archive with '..' in a name would be unpacked elsewhere.
    private string Distinct(string name)
    {
        string safe = string.Concat(name.Select(static c => char.IsControl(c) || Unsafe.Contains(c, StringComparison.Ordinal) ? '_' : c)).Trim('.', ' ');
        safe = safe.Length == 0 ? "column" : safe;
        string distinct = safe;
        for (int i = 2; !_names.Add(distinct); i++)
        {
            distinct = string.Create(CultureInfo.InvariantCulture, $"{safe}_{i}");
        }

        return distinct;
    }
}
