using System.Security.Cryptography;
using Inference.Decisions;
using Inference.Versioning.Audit;
using Inference.Versioning.Files;
using Inference.Versioning.Signing;
using Inference.Versioning.State;

namespace Inference.Versioning;

/// <summary>Verifies logs of decisions: every record follows from the one before, every signature is valid, and nothing that other files know is missing at the end.</summary>
public static class DecisionLogVerifier
{
    // Archived at 8 MiB; what is far longer was not written by this library.
    private const long LongestFile = 256L << 20;
    private const long LongestState = 16L << 20;
    private const string LastFile = "decisions.jsonl";

    /// <summary>Verifies a log in files.</summary>
    /// <param name="path">A file, or a folder with <c>decisions.jsonl</c> and its archived parts, in it or in its folder <c>.inference</c>.</param>
    /// <param name="trusted">The keys that sign the log: signatures are then verified, and a log without one is not intact. Null to verify the chain of hashes alone, which whoever can write the file can compute again.</param>
    /// <param name="clock">The clock for the validity of keys; null for the system clock.</param>
    /// <exception cref="DecisionStoreException">There is no such file, or it cannot be read.</exception>
    public static DecisionLogReport Verify(string path, SigningOptions? trusted = null, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using TrustedKeys? keys = trusted is null ? null : new TrustedKeys(trusted, (clock ?? TimeProvider.System).GetUtcNow());
            var check = new LogCheck(keys);
            (IReadOnlyList<string> files, string? folder) = FilesOf(path);
            long torn = 0;
            for (int i = 0; i < files.Count; i++)
            {
                check.BeginFile();
                (string? fault, int line, torn) = ReadFile(files[i], check);
                if (fault is null && torn > 0 && i + 1 < files.Count)
                {
                    (fault, line) = ("the line is incomplete, and the log continues in another file", line + 1);
                }

                if (fault is not null)
                {
                    return Report(check, keys, fault, files[i], line, 0);
                }
            }

            string? missing = folder is null ? null : WhyCut(folder, check);
            missing ??= keys is not null && check.Signatures == 0 ? "expected signatures, found none: the log was never signed, or its signatures were removed" : null;
            return Report(check, keys, missing, missing is null ? null : files[^1], 0, torn);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new DecisionStoreException($"The log of decisions '{path}' cannot be verified: {exception.Message}", exception);
        }
    }

    /// <summary>Verifies records of a store that are not in files.</summary>
    /// <param name="records">The records, oldest first: see <see cref="IDecisionStore.ReadAllAsync"/>.</param>
    /// <param name="trusted">As for <see cref="Verify"/>.</param>
    /// <param name="clock">As for <see cref="Verify"/>.</param>
    public static DecisionLogReport VerifyRecords(IEnumerable<Decision> records, SigningOptions? trusted = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        using TrustedKeys? keys = trusted is null ? null : new TrustedKeys(trusted, (clock ?? TimeProvider.System).GetUtcNow());
        var check = new LogCheck(keys);
        int line = 0;
        foreach (Decision record in records)
        {
            line++;
            if (check.Add(record) is { } fault)
            {
                return Report(check, keys, fault, null, line, 0);
            }
        }

        return Report(check, keys, keys is not null && check.Signatures == 0 ? "expected signatures, found none: the log was never signed, or its signatures were removed" : null, null, 0, 0);
    }

    private static (string? Fault, int Line, long Torn) ReadFile(string path, LogCheck check)
    {
        if (RegularFile.Find(path) is not { Length: > 0 })
        {
            return (null, 0, 0);
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (stream.Length > LongestFile)
        {
            return ($"expected at most {LongestFile} bytes, got {stream.Length}", 1, 0);
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        int line = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int length = bytes.AsSpan(at).IndexOf((byte)'\n');
            if (length < 0)
            {
                return (null, line, bytes.Length - at);
            }

            line++;
            ReadOnlySpan<byte> text = bytes.AsSpan(at, length);
            if ((StateJson.TryParseLine(text) is { } record ? WhyNotAsWritten(record, text) ?? check.Add(record) : "expected a record of a decision") is { } fault)
            {
                return (fault, line, 0);
            }

            at += length + 1;
        }

        return (null, line, 0);
    }

    // Another text of the same record is not what was written, though its hash is the same.
    private static string? WhyNotAsWritten(Decision record, ReadOnlySpan<byte> line)
    {
        try
        {
            return line.SequenceEqual(StateJson.Line(record)) ? null : "expected the record in the form in which it is written";
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    private static string? WhyCut(string folder, LogCheck check)
    {
        long last = check.Head?.Sequence ?? 0;
        if (check.LastInFile < last)
        {
            return $"the log was cut: it ends with record {check.LastInFile}, and an archived part with record {last}";
        }

        string path = Path.Combine(folder, "state.json");
        if (RegularFile.Find(path) is not { Length: > 0 and < LongestState } || StateJson.TryParseFile(File.ReadAllBytes(path)) is not { } state)
        {
            return null;
        }

        return state.Sequence > last ? $"the log was cut: it ends with record {last}, and '{path}' is of record {state.Sequence}"
            : check.HashOf(state.Sequence) is { } hash && hash != state.Hash ? $"the log was replaced: its record {state.Sequence} has the hash {hash}, and '{path}' is of {state.Hash}"
            : null;
    }

    private static (IReadOnlyList<string> Files, string? Folder) FilesOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return RegularFile.Find(path) is not null ? ([path], null) : throw new FileNotFoundException($"Expected a file or a folder '{path}', found none.", path);
        }

        string inner = Path.Combine(path, ".inference");
        string folder = !File.Exists(Path.Combine(path, LastFile)) && Directory.Exists(inner) ? inner : path;
        List<string> files = [.. Directory.EnumerateFiles(folder, "decisions.*.jsonl").Where(static f => Path.GetFileName(f) != LastFile).Order(StringComparer.Ordinal)];
        if (File.Exists(Path.Combine(folder, LastFile)))
        {
            files.Add(Path.Combine(folder, LastFile));
        }

        return files.Count > 0 ? (files, folder) : throw new FileNotFoundException($"Expected '{LastFile}' in '{folder}', found none.", folder);
    }

    private static DecisionLogReport Report(LogCheck check, TrustedKeys? keys, string? fault, string? file, int line, long torn) => new()
    {
        Fault = fault,
        File = file,
        Line = line,
        Records = check.Records,
        First = check.First,
        Last = check.Head?.Sequence ?? 0,
        Model = check.Model,
        Signatures = check.Signatures,
        SignedTo = check.SignedTo,
        SignaturesVerified = keys is not null,
        TornBytes = torn,
    };
}
