using System.Runtime.Intrinsics;

namespace Inference.OnnxRuntime.Tests.Differential.Plain;

/// <summary>The child of <see cref="PlainEngine"/>: answers models with their inputs, as they come on standard input.</summary>
internal static class PlainProgram
{
    public static void Main(string[] args)
    {
        if (args is not [PlainEngine.Argument] || Vector128.IsHardwareAccelerated)
        {
            throw new InvalidOperationException($"Expected {PlainEngine.Argument} and DOTNET_EnableHWIntrinsic=0; tests are run with dotnet test.");
        }

        using var reader = new BinaryReader(Console.OpenStandardInput());
        using var writer = new BinaryWriter(Console.OpenStandardOutput());
        while (ReadLength(reader) is { } length)
        {
            byte[] model = reader.ReadBytes(length);
            using NamedValues inputs = PlainValues.Read(reader);
            Answer(model, inputs, writer);
            writer.Flush();
        }
    }

    private static void Answer(byte[] model, NamedValues inputs, BinaryWriter writer)
    {
        try
        {
            using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model), new ModelLoadOptions { Threads = 1 });
            using NamedValues outputs = runner.Run(inputs);
            writer.Write("");
            PlainValues.Write(outputs, writer);
        }
        catch (InferenceException exception)
        {
            writer.Write($"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private static int? ReadLength(BinaryReader reader)
    {
        try
        {
            return reader.ReadInt32();
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }
}
