using System.Diagnostics;
using System.Globalization;
using Inference.Onnx;
using Inference.Security;

namespace Inference.Benchmarks.Encryption;

/// <summary>Loading an encrypted model beside the plain one: time and peak memory, each load in a process of its own. The model, of 300 MB with external data, is made here.</summary>
internal static class EncryptionCommand
{
    private const double MostTime = 1.3;
    private const double MostMemory = 1.1;
    private const int Width = 2048;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--load", var path, var key])
        {
            return Load(path, key);
        }

        int rounds = args is ["--rounds", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 9;
        string folder = Directory.CreateTempSubdirectory("inference-encryption-").FullName;
        try
        {
            string keyFile = Path.Combine(folder, "key");
            await File.WriteAllBytesAsync(keyFile, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)).ConfigureAwait(false);
            string plain = Path.Combine(folder, "plain.onnx");
            string secret = Path.Combine(folder, "secret.onnx");
            Make(plain, layers: 18);
            long start = Stopwatch.GetTimestamp();
            await ModelEncryption.EncryptAsync(plain, secret, ModelKeys.FromFile(keyFile, requirePrivate: false)).ConfigureAwait(false);
            Console.WriteLine($"{new FileInfo(secret).Length / 1e6:F0} MB encrypted in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            var times = new List<double>[] { [], [] };
            var peaks = new List<double>[] { [], [] };
            for (int round = 0; round < rounds + 1; round++)
            {
                for (int i = 0; i < 2; i++)
                {
                    (double time, double peak) = await MeasureAsync(i == 0 ? plain : secret, keyFile).ConfigureAwait(false);
                    if (round > 0)
                    {
                        times[i].Add(time);
                        peaks[i].Add(peak);
                    }
                }
            }

            double[] time2 = [.. times.Select(Median)];
            double[] peak2 = [.. peaks.Select(Median)];
            Console.WriteLine($"load: plain {time2[0]:F0} ms, encrypted {time2[1]:F0} ms, {time2[1] / time2[0]:F2} × (want ≤ {MostTime}); peak: plain {peak2[0]:F0} MB, encrypted {peak2[1]:F0} MB, {peak2[1] / peak2[0]:F3} × (want ≤ {MostMemory}); medians of {rounds} interleaved processes each");
            return time2[1] <= MostTime * time2[0] && peak2[1] <= MostMemory * peak2[0] ? 0 : 2;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Load(string path, string key)
    {
        long start = Stopwatch.GetTimestamp();
        using IModelRunner runner = ModelRunner.Load(path, new ModelLoadOptions { Keys = ModelKeys.FromFile(key, requirePrivate: false), VerifyRowIndependence = false });
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        string peak = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{milliseconds} {double.Parse(peak, CultureInfo.InvariantCulture) / 1000}"));
        return 0;
    }

    private static async Task<(double Milliseconds, double Megabytes)> MeasureAsync(string path, string key)
    {
        string self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        using Process child = Process.Start(new ProcessStartInfo(self, [.. program, "encryption", "--load", path, key]) { RedirectStandardOutput = true })!;
        string[] figures = (await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false)).Split(' ');
        await child.WaitForExitAsync().ConfigureAwait(false);
        return (double.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture));
    }

    private static void Make(string path, int layers)
    {
        var random = new Random(1);
        using var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 17));
        model.Graph.Name = "layers";
        model.Graph.Inputs.Add(new("v0", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        model.Graph.Outputs.Add(new($"v{layers}", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        for (int i = 0; i < layers; i++)
        {
            var weights = new byte[Width * Width * sizeof(float)];
            random.NextBytes(weights);
            model.Graph.Initializers.Add(new OnnxTensor { Name = $"w{i}", ElementType = OnnxElementType.Float32, Dims = [Width, Width], RawData = weights });
            model.Graph.Nodes.Add(new OnnxNode("MatMul", [$"v{i}", $"w{i}"], [$"v{i + 1}"]));
        }

        model.Save(path, new OnnxWriteOptions { ExternalDataThreshold = 1024 });
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
