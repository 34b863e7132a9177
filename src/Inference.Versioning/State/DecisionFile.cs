using Inference.Decisions;
using Inference.Versioning.Files;

namespace Inference.Versioning.State;

/// <summary>The verified part of a log file with one record per line. Reading again only reads appended records. Not thread-safe.</summary>
internal sealed class DecisionFile(string path)
{
    // Far beyond the size at which a log is archived; longer files were not written by this library.
    private const long LongestFile = 256L << 20;

    private readonly List<long> _starts = [];
    private byte[] _last = [];
    private (long Length, DateTime Time) _seen;

    /// <summary>The sequence number of the first record; 0 if there is none.</summary>
    public long First { get; private set; }

    /// <summary>The last record; null if there is none.</summary>
    public Decision? Head { get; private set; }

    /// <summary>The state after its records.</summary>
    public RepositoryState State { get; private set; } = new();

    /// <summary>The length of the valid records in bytes; what follows is not part of the log.</summary>
    public long End { get; private set; }

    /// <summary>The incomplete line after the records: its writer has not finished it, or died.</summary>
    public ReadOnlyMemory<byte> Tail { get; private set; }

    /// <summary>The reason if the file is broken after the valid records; null if it is not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Discards what was read.</summary>
    public void Reset()
    {
        _starts.Clear();
        _last = [];
        (First, Head, State, End, Tail, Fault) = (0, null, new RepositoryState(), 0, default, null);
    }

    /// <summary>Reads appended records, or everything if the file was replaced.</summary>
    /// <param name="after">Returns the records after this sequence number.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public IReadOnlyList<Decision> Read(long after)
    {
        // Pipes and devices have no length either, and opening one may wait for ever.
        if (RegularFile.Find(path) is not { Length: > 0 })
        {
            Reset();
            return [];
        }

        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            Reset();
            return [];
        }

        using (stream)
        {
            (long, DateTime) seen = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
            if (!IsTheSame(stream) || (seen != _seen && seen.Item1 == _seen.Length))
            {
                // Replaced, or modified without growing.
                Reset();
            }

            _seen = seen;
            ReadOn(stream);
            return After(stream, after);
        }
    }

    private bool IsTheSame(FileStream stream) =>
        stream.Length >= End && (_last.Length == 0 || Bytes(stream, End - _last.Length, End).AsSpan().SequenceEqual(_last));

    private void ReadOn(FileStream stream)
    {
        (Tail, Fault) = (default, null);
        if (stream.Length > LongestFile)
        {
            Fault = $"'{path}' expected at most {LongestFile} bytes, got {stream.Length}";
            return;
        }

        byte[] added = Bytes(stream, End, stream.Length);
        for (int at = 0; at < added.Length;)
        {
            int length = added.AsSpan(at).IndexOf((byte)'\n');
            Decision? record = length < 0 ? null : StateJson.TryParseLine(added.AsSpan(at, length));
            if (record is null && (length < 0 || at + length + 1 == added.Length))
            {
                Tail = added.AsMemory(at);
                return;
            }

            if ((record is null ? "expected a record of a decision" : WhyNotNext(record)) is { } why)
            {
                Fault = $"'{path}', line {_starts.Count + 1}: {why}";
                return;
            }

            Add(record!, added.AsSpan(at, length + 1));
            at += length + 1;
        }
    }

    // A log whose beginning was archived starts with a checkpoint.
    private string? WhyNotNext(Decision record) =>
        Head is null && record.Action == DecisionActions.Checkpoint
            ? Decision.WhyNotWhole(record)
                ?? (record.Sequence > 0 && record.Facts.TryGetValue(DecisionFacts.State, out string? state) && StateJson.TryParseState(state) is not null ? null : "expected a checkpoint with the state so far")
            : Decision.WhyNotAfter(Head, record);

    private void Add(Decision record, ReadOnlySpan<byte> line)
    {
        if (Head is null)
        {
            First = record.Sequence;
        }

        _starts.Add(End);
        _last = line.ToArray();
        (Head, State, End) = (record, DecisionFold.Apply(State, record), End + line.Length);
    }

    private List<Decision> After(FileStream stream, long sequence)
    {
        var records = new List<Decision>();
        long skip = Math.Max(0, sequence + 1 - First);
        if (skip == _starts.Count - 1)
        {
            records.Add(Head!);
        }
        else if (skip < _starts.Count)
        {
            byte[] bytes = Bytes(stream, _starts[(int)skip], End);
            for (int at = 0; at < bytes.Length;)
            {
                int length = bytes.AsSpan(at).IndexOf((byte)'\n');
                // The records were verified; modifications since are detected when the file is read from its start again.
                records.Add(StateJson.TryParseLine(bytes.AsSpan(at, length)) ?? throw new IOException($"'{path}' was changed while it was read."));
                at += length + 1;
            }
        }

        return records;
    }

    private static byte[] Bytes(FileStream stream, long from, long to)
    {
        byte[] bytes = new byte[to - from];
        stream.Position = from;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
