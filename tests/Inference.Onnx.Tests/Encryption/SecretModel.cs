using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests.Encryption;

/// <summary>A model with external data in several files, plain and encrypted in segments of 4 KiB.</summary>
internal sealed class SecretModel : IDisposable
{
    public const int SegmentBytes = 4096;

    public SecretModel(int seed = 1)
    {
        var random = new Random(seed);
        var model = SmallModels.Linear();
        foreach (var (name, file, count) in new[] { ("e0", "one.bin", 3000), ("e1", "sub/two.bin", 2048), ("e2", "one.bin", 100), ("e3", "./sub//two.bin", 1024) })
        {
            var tensor = new OnnxTensor { Name = name, ElementType = OnnxElementType.Float32, Dims = [count], HasExternalData = true };
            tensor.ExternalData["location"] = file;
            tensor.ExternalData["offset"] = name == "e2" ? "12000" : "0";
            model.Graph.Initializers.Add(tensor);
        }

        var noise = new byte[9000];
        random.NextBytes(noise);
        model.Graph.Initializers.Add(OnnxTensor.Create<byte>("noise", noise, noise.Length));
        Directory.CreateDirectory(Folder.File("plain", "sub"));
        var one = new byte[12400];
        random.NextBytes(one);
        File.WriteAllBytes(Folder.File("plain", "one.bin"), one);
        var two = new byte[2 * SegmentBytes];
        random.NextBytes(two);
        File.WriteAllBytes(Folder.File("plain", "sub", "two.bin"), two);
        model.Save(Plain, new OnnxWriteOptions { KeepExternalReferences = true });
        Directory.CreateDirectory(Folder.File("secret"));
    }

    public TemporaryFolder Folder { get; } = new();

    public TestKey Key { get; } = new("key-a");

    public string Plain => Folder.File("plain", "model.onnx");

    public string Secret => Folder.File("secret", "model.onnx");

    public ValueTask EncryptAsync() => EncryptedModel.EncryptInSegmentsAsync(Plain, Secret, Key.WrapAsync, SegmentBytes, null, default);

    /// <summary>Reads a model to its last byte.</summary>
    public static List<byte[]> Contents(OnnxModel model) => [model.SourceBytes.ToArray(), .. model.GetTensors().Select(t => t.GetBytes().ToArray())];

    public List<byte[]> ReadSecret(ReadOnlyMemory<byte> bytes, TestKey? key = null)
    {
        using var model = OnnxModel.Read(bytes, new OnnxReadOptions { UnwrapKey = (key ?? Key).Unwrap });
        return Contents(model);
    }

    public void Dispose() => Folder.Dispose();
}
