using System.Security.Cryptography;
using Inference.Onnx.Encryption;
using Inference.Onnx.Files;

namespace Inference.Onnx;

/// <summary>
/// Models encrypted at rest: one file that holds a model and its external data, in segments of AES-256-GCM under a data key of its own, which the file holds encrypted by another key.
/// Every change is detected: of bytes, of the order of segments, and between files. The model is decrypted into memory only (<see cref="OnnxReadOptions.UnwrapKey"/>). Not protected are the file's
/// length, the names and lengths of its parts, and the memory of a process that has loaded it.
/// </summary>
public static class EncryptedModel
{
    /// <summary>The size of a data key in bytes.</summary>
    public const int DataKeyBytes = ContainerKeys.DataKeyBytes;

    /// <summary>Whether a file begins as an encrypted model does; false if it has no length, as pipes and devices have none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static bool IsEncrypted(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FileContent.IsEmpty(path))
        {
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Span<byte> start = stackalloc byte[ContainerFormat.Magic.Length];
        return RandomAccess.Read(file, start, 0) == start.Length && ContainerFormat.IsContainer(start);
    }

    /// <summary>Whether bytes begin as an encrypted model does.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> bytes) => ContainerFormat.IsContainer(bytes);

    /// <summary>Reads the encrypted data key of an encrypted model. It is not verified before the model is decrypted.</summary>
    /// <exception cref="OnnxFormatException">The file is not an encrypted model, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EncryptedModelKey ReadKey(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var container = ContainerReader.Open(path);
        return container.Key;
    }

    /// <summary>Reads the encrypted data key of an encrypted model in memory; see <see cref="ReadKey(string)"/>.</summary>
    public static EncryptedModelKey ReadKey(ReadOnlyMemory<byte> bytes)
    {
        using var container = ContainerReader.Open(bytes);
        return container.Key;
    }

    /// <summary>Encrypts a model file and its external data into one file. It is written in segments under a temporary name and renamed when complete; nothing but ciphertext is written.</summary>
    /// <param name="modelPath">The model file, not encrypted.</param>
    /// <param name="outputPath">The file to write; an existing one is replaced, also the model file itself.</param>
    /// <param name="wrapKey">Encrypts the data key it receives (valid during the call), bound to the context it receives, if it can be bound; returns what <see cref="OnnxReadOptions.UnwrapKey"/> will receive.</param>
    /// <param name="options">Limits for reading the model and its external data; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work; nothing is written then.</param>
    /// <exception cref="OnnxFormatException">The model is not valid, or its external data is missing or rejected.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static ValueTask EncryptAsync(
        string modelPath,
        string outputPath,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<EncryptedModelKey>> wrapKey,
        OnnxReadOptions? options = null,
        CancellationToken cancellationToken = default) =>
        EncryptInSegmentsAsync(modelPath, outputPath, wrapKey, ContainerHeader.DefaultSegmentBytes, options, cancellationToken);

    internal static async ValueTask EncryptInSegmentsAsync(
        string modelPath,
        string outputPath,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<EncryptedModelKey>> wrapKey,
        int segmentBytes,
        OnnxReadOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        ArgumentNullException.ThrowIfNull(wrapKey);
        if (IsEncrypted(modelPath))
        {
            throw new OnnxFormatException("expected a model that is not encrypted, got an encrypted one. Decrypt it first, or replace its key.", "", fileName: modelPath);
        }

        // Not from mapped files: the output may replace them.
        using var model = OnnxModel.Load(modelPath, options);
        using var parts = new PlainParts(model, Path.GetFileName(modelPath), options ?? OnnxReadOptions.Default);
        var header = ContainerHeader.Create(parts.Names, segmentBytes);
        var dataKey = GC.AllocateArray<byte>(DataKeyBytes, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(dataKey);
            var key = await wrapKey(dataKey, header.Digest, cancellationToken).ConfigureAwait(false);
            using var keys = new ContainerKeys(header, dataKey);
            using var file = new AtomicFile(Path.GetFullPath(outputPath));
            ContainerWriter.WriteStart(file.Stream, key, header, keys.HeaderTag());
            ContainerWriter.WriteSegments(file.Stream, header, keys, parts.Streams, cancellationToken);
            file.Complete();
            file.TakeName();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Decrypts an encrypted model into files: the model, and its external data beside it under the names that the model states. Everything is verified before any file gets its name.</summary>
    /// <param name="path">The encrypted model.</param>
    /// <param name="outputPath">The model file to write; an existing one is replaced.</param>
    /// <param name="unwrapKey">See <see cref="OnnxReadOptions.UnwrapKey"/>.</param>
    /// <param name="cancellationToken">Stops between parts; nothing is written then.</param>
    /// <returns>The files that were written, the model first.</returns>
    /// <exception cref="OnnxFormatException">The file is not an encrypted model, was changed, or the key is another.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static IReadOnlyList<string> Decrypt(string path, string outputPath, Func<EncryptedModelKey, byte[]> unwrapKey, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        ArgumentNullException.ThrowIfNull(unwrapKey);
        using var container = ContainerReader.Open(path);
        container.Unlock(unwrapKey);
        var output = Path.GetFullPath(outputPath);
        var folder = Path.GetDirectoryName(output)!;
        var written = new List<string>();
        var files = new List<AtomicFile>();
        try
        {
            foreach (var part in container.Header.Parts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var target = written.Count == 0 ? output : PlaceFor(folder, part.Name, output);
                written.Add(target);
                var file = new AtomicFile(target);
                files.Add(file);
                container.CopyTo(part, file.Stream);
                file.Complete();
            }

            // The model last: who sees it finds its data.
            for (var i = files.Count - 1; i >= 0; i--)
            {
                files[i].TakeName();
            }
        }
        finally
        {
            foreach (var file in files)
            {
                file.Dispose();
            }
        }

        return written;
    }

    /// <summary>Replaces the encrypted data key of an encrypted model; the rest of the file is copied as it is, without decrypting it. The old key still opens copies of the old file.</summary>
    /// <param name="path">The encrypted model.</param>
    /// <param name="outputPath">The file to write; may be <paramref name="path"/>.</param>
    /// <param name="unwrapKey">Decrypts the data key with the old key; see <see cref="OnnxReadOptions.UnwrapKey"/>.</param>
    /// <param name="wrapKey">Encrypts it with the new key; see <see cref="EncryptAsync"/>.</param>
    /// <param name="cancellationToken">Stops the work; nothing is written then.</param>
    /// <exception cref="OnnxFormatException">The file is not an encrypted model, its header was changed, or the key is another.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static async ValueTask RekeyAsync(
        string path,
        string outputPath,
        Func<EncryptedModelKey, byte[]> unwrapKey,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<EncryptedModelKey>> wrapKey,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        ArgumentNullException.ThrowIfNull(unwrapKey);
        ArgumentNullException.ThrowIfNull(wrapKey);
        using var container = ContainerReader.Open(path);
        var dataKey = unwrapKey(container.Key);
        try
        {
            container.Unlock(dataKey);
            var key = await wrapKey(dataKey, container.Header.Digest, cancellationToken).ConfigureAwait(false);
            using var file = new AtomicFile(Path.GetFullPath(outputPath));
            ContainerWriter.Rewrite(file.Stream, container, key, cancellationToken);
            file.Complete();
            file.TakeName();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private static string PlaceFor(string folder, string name, string output)
    {
        if (Path.GetDirectoryName(name) is { Length: > 0 } inner)
        {
            Directory.CreateDirectory(Path.Combine(folder, inner));
        }

        return ContainedPath.TryResolve(folder, name, out var target, out var reason) && target != output
            ? target
            : throw new IOException($"The external data '{name}' cannot be written in '{folder}': it {(reason.Length > 0 ? reason : "is the model file itself")}. Decrypt into an empty folder.");
    }
}
