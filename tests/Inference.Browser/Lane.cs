using System.Diagnostics;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Intrinsics;
using System.Runtime.Versioning;
using Inference.Cli.Data;
using Inference.Cli.Verification;
using Inference.Kernels;

namespace Inference.Browser;

/// <summary>What the page calls: one model at a time, in a folder of the page's memory.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Lane
{
    private static IModelRunner? s_runner;
    private static NamedValues s_inputs = new();

    /// <summary>The runtime, and which instruction sets the chosen kernels have, as <c>family: name</c> lines.</summary>
    [JSExport]
    internal static string Describe() => string.Join(
        '\n',
        [
            $".NET {Environment.Version}, processors {Environment.ProcessorCount}, Vector128 {(Vector128.IsHardwareAccelerated ? "accelerated" : "not accelerated")}",
            .. KernelInventory.List().Where(static k => k.IsChosen).Select(static k => $"{k.Family}: {k.Name}"),
        ]);

    /// <summary>Writes a file, with its folders.</summary>
    [JSExport]
    internal static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    /// <summary>Deletes a folder.</summary>
    [JSExport]
    internal static void Delete(string folder) => Directory.Delete(folder, recursive: true);

    /// <summary>Loads the model of a folder, runs all its data sets and compares the results with the expected values.</summary>
    /// <returns>Empty if all are right; else what is wrong.</returns>
    [JSExport]
    internal static async Task<string> Check(string folder)
    {
        (string status, string reason) = await new ModelTest(folder, folder).RunAsync(ModelLoader.Default, new(), rtol: null, atol: null, CancellationToken.None);
        return status == "pass" ? "" : $"{status}: {reason}";
    }

    /// <summary>Loads the model of a folder and reads the inputs of its first data set.</summary>
    /// <returns>The time of loading the model, ms.</returns>
    [JSExport]
    internal static double Open(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        s_runner = ModelRunner.Load(ModelSource.Directory(folder));
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        s_inputs = new();
        IReadOnlyList<ModelPort> ports = s_runner.Info.Inputs;
        for (int i = 0; i < ports.Count; i++)
        {
            string file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (File.Exists(file))
            {
                s_inputs.Add(ports[i].Name, ProtobufValues.Read(file, ports[i].Type));
            }
        }

        return time;
    }

    /// <summary>Runs the model that is open.</summary>
    /// <returns>The time of all these runs, ms.</returns>
    [JSExport]
    internal static double Run(int times)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            s_runner!.Run(s_inputs).Dispose();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    [JSExport]
    internal static void Close()
    {
        s_inputs.Dispose();
        s_runner?.Dispose();
    }

    /// <summary>The inputs of the model that is open, as <c>name|type|d0,d1</c>.</summary>
    [JSExport]
    internal static string[] Inputs() => [.. s_inputs.Select(static p => p.Value is TensorValue t ? $"{p.Key}|{t.ElementType.Name()}|{string.Join(',', t.Shape.ToArray())}" : p.Key)];

    /// <summary>The elements of an input of the model that is open.</summary>
    [JSExport]
    internal static byte[] Bytes(string input) => s_inputs[input].AsBytes().ToArray();
}
