using Inference.Onnx.Files;
using Microsoft.Win32.SafeHandles;

namespace Inference.Onnx.Encryption;

/// <summary>The files of a model that is to be encrypted: the model as it was read, and its external data, each file once for every name that the model has for it.</summary>
internal sealed class PlainParts : IDisposable
{
    private readonly List<(string Name, long Length)> _names = [];
    private readonly List<Stream> _streams = [];

    public PlainParts(OnnxModel model, string modelName, OnnxReadOptions options)
    {
        Add(modelName, new ReadOnlyMemoryStream(model.SourceBytes));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var tensor in model.GetTensors())
            {
                if (!tensor.HasExternalData)
                {
                    continue;
                }

                var path = tensor.ExternalDataPath();
                var name = ContainedPath.Plain(tensor.Source!.Location(tensor));
                if (!seen.Add(name))
                {
                    continue;
                }

                if (name == modelName)
                {
                    throw new OnnxFormatException("expected external data in a file of its own, got the model file. Save the model with external data in another file.", $"tensor '{tensor.Name}'");
                }

                Add(name, Open(path, name, options));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Names and lengths, in the order of <see cref="Streams"/>.</summary>
    public IReadOnlyList<(string Name, long Length)> Names => _names;

    public IReadOnlyList<Stream> Streams => _streams;

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    private static Stream Open(string path, string name, OnnxReadOptions options)
    {
        void Check(SafeFileHandle handle) => OpenedFile.Check(handle, path, options.AllowHardLinks);
        if (options.ExpectedFiles is not null)
        {
            // What was verified is what is encrypted.
            return new FileContentStream(FileContent.Open(path, name, options.MaxExternalFileBytes, options, nameof(OnnxReadOptions.MaxExternalFileBytes), Check));
        }

        if (FileContent.IsEmpty(path))
        {
            return new MemoryStream();
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            Check(stream.SafeFileHandle);
            FileContent.RequireLength(stream.Length, options.MaxExternalFileBytes, nameof(OnnxReadOptions.MaxExternalFileBytes), path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void Add(string name, Stream stream)
    {
        _names.Add((name, stream.Length));
        _streams.Add(stream);
    }
}
