using System.Buffers;
using Inference.Onnx.Encryption;
using Inference.Onnx.Files;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>Reads and writes models in files and memory.</summary>
public static class OnnxModelSerialization
{
    extension(OnnxModel)
    {
        /// <summary>Loads a model file, which may be encrypted (<see cref="OnnxReadOptions.UnwrapKey"/>). Weights are slices of one copy of the file in memory, or of the mapped file (<see cref="OnnxReadOptions.MapFiles"/>); external data is read when first accessed.</summary>
        /// <param name="path">The file.</param>
        /// <param name="options">Limits; null for the defaults.</param>
        /// <returns>The model, which owns the content; dispose it when the model and its slices are no longer used.</returns>
        /// <exception cref="IOException">The file cannot be opened (for example <see cref="FileNotFoundException"/>).</exception>
        /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
        /// <exception cref="OnnxFormatException">The content is not an ONNX model, or exceeds a limit.</exception>
        public static OnnxModel Load(string path, OnnxReadOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            options ??= OnnxReadOptions.Default;
            var full = Path.GetFullPath(path);
            if (EncryptedModel.IsEncrypted(full))
            {
                return Decrypt(Container(full, options), options, full);
            }

            var content = FileContent.Open(full, Path.GetFileName(full), options.MaxFileBytes, options, nameof(OnnxReadOptions.MaxFileBytes));
            try
            {
                var external = new ExternalDataSource(options.BaseDirectory ?? Path.GetDirectoryName(full), options);
                var model = Parse(new ReadContext(content.Slice(0, (int)content.Length), options, external, full), external);
                model.Content = content;
                model.SourcePath = full;
                return model;
            }
            catch
            {
                content.Dispose();
                throw;
            }
        }

        /// <summary>Reads a model from memory. Weights are not copied: they are slices of the bytes.</summary>
        /// <param name="bytes">The bytes; do not change them while the model is in use.</param>
        /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
        /// <exception cref="OnnxFormatException">The content is not an ONNX model, or exceeds a limit.</exception>
        public static OnnxModel Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null)
        {
            if (ContainerFormat.IsContainer(bytes.Span))
            {
                return Decrypt(ContainerReader.Open(bytes), options ?? OnnxReadOptions.Default, null);
            }

            var external = new ExternalDataSource(options?.BaseDirectory, options ?? OnnxReadOptions.Default);
            return Parse(ReadContext.Standalone(bytes, options, external), external);
        }
    }

    /// <param name="model">The model.</param>
    extension(OnnxModel model)
    {
        /// <summary>
        /// Saves the model. The file is written under a temporary name in the same folder and renamed when complete, so readers see either the old or the new model, and saving over the file
        /// that this model was loaded from is safe. A file with external data is renamed just before the model file.
        /// </summary>
        /// <param name="path">The file; an existing one is replaced.</param>
        /// <param name="options">Controls external data; null to embed everything.</param>
        /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes without external data, contains itself, or lacks a required part.</exception>
        /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
        /// <exception cref="IOException">The file cannot be written; existing files are unchanged.</exception>
        public void Save(string path, OnnxWriteOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            options ??= OnnxWriteOptions.Default;
            var full = Path.GetFullPath(path);
            var dataName = DataName(full, options);
            var plan = ExternalPlan.For(model, options, dataName);
            using var data = plan.IsEmpty ? null : new AtomicFile(Path.Combine(Path.GetDirectoryName(full)!, dataName));
            using var file = new AtomicFile(full);
            var output = new StreamBufferWriter(file.Stream);
            OnnxWriter.WriteTo(output, model, OnnxWriter.Write, plan);
            output.Flush();
            if (data is not null)
            {
                plan.Write(data.Stream);
                data.Complete();
            }

            file.Complete();
            data?.TakeName();
            file.TakeName();
        }

        /// <summary>Writes the model with external data embedded.</summary>
        /// <param name="output">The destination.</param>
        /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, contains itself, or lacks a required part.</exception>
        /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
        public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, model, OnnxWriter.Write);

        /// <summary>Returns the model in protobuf encoding, with external data embedded.</summary>
        /// <exception cref="InvalidOperationException">The model exceeds 2^31 − 1 bytes, contains itself, or lacks a required part.</exception>
        /// <exception cref="OnnxFormatException">External data of this model cannot be read.</exception>
        public byte[] ToArray() => OnnxWriter.ToArray(model, OnnxWriter.Write);
    }

    // What was verified is read once, as a whole: the parts that are decrypted later are then those that were verified. How long it is, the parts say, within their limits.
    private static ContainerReader Container(string path, OnnxReadOptions options)
    {
        var container = ContainerReader.Open(path);
        if (options.ExpectedFiles is null)
        {
            return container;
        }

        using (container)
        {
            container.RequireLengths(options);
            return ContainerReader.Open(FileContent.Open(path, Path.GetFileName(path), container.Length, options, "the length that its header states"), path);
        }
    }

    private static OnnxModel Decrypt(ContainerReader container, OnnxReadOptions options, string? path)
    {
        FileContent? content = null;
        try
        {
            container.Unlock(options.UnwrapKey);
            content = container.Open(container.Header.Parts[0], options.MaxFileBytes, nameof(OnnxReadOptions.MaxFileBytes));
            var external = new ExternalDataSource(null, options, container);
            var model = Parse(new ReadContext(content.Slice(0, (int)content.Length), options, external, path), external);
            model.Content = content;
            model.SourcePath = path;
            model.KeyId = container.Key.KeyId;
            return model;
        }
        catch
        {
            content?.Dispose();
            container.Dispose();
            throw;
        }
    }

    private static OnnxModel Parse(ReadContext context, ExternalDataSource external)
    {
        var model = new OnnxModel { External = external, SourceBytes = context.Bytes };
        OnnxReader.Read(context, model);
        return model;
    }

    private static string DataName(string modelPath, OnnxWriteOptions options)
    {
        var modelName = Path.GetFileName(modelPath);
        var name = options.ExternalDataFileName ?? modelName + ".data";
        return ContainedPath.IsPlainRelative(name, out _) && Path.GetFileName(name) == name && name != "." && !string.Equals(name, modelName, StringComparison.OrdinalIgnoreCase)
            ? name
            : throw new ArgumentException($"{nameof(OnnxWriteOptions.ExternalDataFileName)}: expected a file name without folder that differs from the model's, got '{name}'.", nameof(options));
    }
}
