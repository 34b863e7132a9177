using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Inference.Onnx;
using Inference.Remote;

namespace Inference.Benchmarks.Serving;

/// <summary>
/// <c>server-soak [--seconds 600] [--callers 16]</c>: callers of both protocols while versions are published and served, and clients end connections in the middle of requests; each answer is compared with the
/// one of the version that it names. Ends with SIGTERM under load: what was accepted must be answered. Exit code 0 if nothing was wrong or failed and memory did not grow.
/// </summary>
internal static class ServerSoakCommand
{
    private const int Features = 8;
    private const int Classes = 3;
    private const int Versions = 5;

    // 24 probabilities, each rounded in its last bits.
    private const float MostDistance = 1e-6f;

    // Of the resident memory after the first tenth of the time.
    private const double MostGrowth = 1.2;

    public static async Task<int> RunAsync(string[] args)
    {
        double seconds = Value(args, "--seconds", 600);
        int callers = (int)Value(args, "--callers", 16);
        string root = Directory.CreateTempSubdirectory("server-soak").FullName;
        try
        {
            Publish(root, 1);
            using ServerProcess server = await ServerProcess.StartAsync(root).ConfigureAwait(false);
            return await SoakAsync(server, root, TimeSpan.FromSeconds(seconds), callers).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<int> SoakAsync(ServerProcess server, string root, TimeSpan duration, int callers)
    {
        var counts = new Counts();
        using var stop = new CancellationTokenSource();
        using var terminated = new CancellationTokenSource();
        var models = new ConcurrentDictionary<int, IModelRunner>();
        Task[] running =
        [
            .. Enumerable.Range(0, callers).Select(i => Task.Run(() => CallAsync(server, i, models, counts, stop.Token, terminated.Token))),
            Task.Run(() => AbortAsync(server, counts, stop.Token)),
        ];
        long start = Stopwatch.GetTimestamp();
        long early = 0;
        int version = 1;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(5, duration.TotalSeconds / 10))).ConfigureAwait(false);
            early = early == 0 && Stopwatch.GetElapsedTime(start) > duration / 10 ? server.ResidentBytes : early;
            version++;
            Publish(root, version);
            if (version > Versions)
            {
                Directory.Delete(Path.Combine(root, "scorer", $"{version - Versions}"), recursive: true);
            }
        }

        long late = server.ResidentBytes;
        long before = counts.Right;

        // Callers go on: those whose requests were accepted must be answered.
        await terminated.CancelAsync().ConfigureAwait(false);
        int exit = await server.TerminateAsync().ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        foreach (IModelRunner model in models.Values)
        {
            model.Dispose();
        }

        bool good = counts.Wrong == 0 && counts.Failed == 0 && exit == 0 && counts.Right > 0 && counts.Versions.Count > 1 && late <= early * MostGrowth;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{duration.TotalSeconds:F0} s, {callers} callers: {counts.Right} right of {counts.Versions.Count} versions, {counts.Wrong} wrong, {counts.Failed} failed, {counts.Refused} refused because of the load, {counts.Aborted} requests ended by their client, {version - 1} versions published"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident: {early / 1048576.0:F0} MiB after a tenth, {late / 1048576.0:F0} MiB at the end"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SIGTERM under load: exit code {exit}, {counts.Right - before} answered after it, {counts.Lost} accepted and not answered, {counts.NotReached} not reached"));
        foreach (string error in counts.Errors.Take(5))
        {
            Console.WriteLine($"  {error}");
        }

        return good && counts.Lost == 0 ? 0 : 2;
    }

    private static async Task CallAsync(ServerProcess server, int seed, ConcurrentDictionary<int, IModelRunner> models, Counts counts, CancellationToken stop, CancellationToken terminated)
    {
        var random = new Random(seed);
        await using RemoteModelRunner remote = await RemoteModelRunner.ConnectAsync("scorer", o =>
        {
            o.Endpoints.Add(seed % 2 == 0 ? server.Http : server.Grpc);
            o.Protocol = seed % 2 == 0 ? RemoteProtocol.Rest : RemoteProtocol.Grpc;
            o.MaxAttempts = 1;
        }, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
        {
            int rows = random.Next(1, 9);
            float[] x = [.. Enumerable.Range(0, rows * Features).Select(_ => (float)random.NextDouble())];
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(x, [rows, Features]) };
            var context = new RunContext();
            try
            {
                using NamedValues answer = await remote.RunAsync(inputs, context, CancellationToken.None).ConfigureAwait(false);
                int version = int.Parse(context.Record.VersionServed!, CultureInfo.InvariantCulture);
                IModelRunner model = models.GetOrAdd(version, static v => ModelRunner.Load(ModelSource.Bytes(Make(v)), new ModelLoadOptions { Threads = 1 }));
                using NamedValues expected = model.Run(inputs);
                counts.Add(version, IsSame(answer["y"].AsSpan<float>(), expected["y"].AsSpan<float>()));
            }
            catch (OverloadedException)
            {
                Interlocked.Increment(ref counts.Refused);
            }
            catch (RemoteModelException exception) when (terminated.IsCancellationRequested)
            {
                if (exception.MayHaveRun)
                {
                    Interlocked.Increment(ref counts.Lost);
                    counts.Errors.Enqueue($"{exception.Message} {exception.GetBaseException().GetType().Name} {exception.GetBaseException().Message}");
                }
                else
                {
                    Interlocked.Increment(ref counts.NotReached);
                    await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (InferenceException exception)
            {
                Interlocked.Increment(ref counts.Failed);
                counts.Errors.Enqueue(exception.Message);
            }
        }
    }

    // Rows of larger batches are rounded differently; other versions have other weights.
    private static bool IsSame(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        left.Length == right.Length && TensorPrimitives.Distance(left, right) <= MostDistance;

    // A client that sends half of a request, and one that does not wait for its answer.
    private static async Task AbortAsync(ServerProcess server, Counts counts, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new System.Net.Sockets.TcpClient();
                await socket.ConnectAsync(server.Http.Host, server.Http.Port, stop).ConfigureAwait(false);
                byte[] half = System.Text.Encoding.ASCII.GetBytes("POST /v2/models/scorer/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"inputs\":[{\"name\":\"x\",");
                await socket.GetStream().WriteAsync(half, stop).ConfigureAwait(false);
                using var cancelled = new CancellationTokenSource();
                await using RemoteModelRunner remote = await RemoteModelRunner.ConnectAsync("scorer", o => o.Endpoints.Add(server.Http), cancellationToken: stop).ConfigureAwait(false);
                using var inputs = new NamedValues { ["x"] = TensorValue.Allocate(ElementType.Float32, [2000, Features]) };
                ValueTask<NamedValues> run = remote.RunAsync(inputs, null, cancelled.Token);
                await cancelled.CancelAsync().ConfigureAwait(false);
                (await run.ConfigureAwait(false)).Dispose();
            }
            catch (Exception exception) when (exception is OperationCanceledException or InferenceException or System.Net.Sockets.SocketException or IOException)
            {
                // As intended; or the server has ended.
            }

            Interlocked.Increment(ref counts.Aborted);
            await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void Publish(string root, int version)
    {
        string aside = Path.Combine(root, "scorer", $".{version}");
        Directory.CreateDirectory(aside);
        File.WriteAllBytes(Path.Combine(aside, "model.onnx"), Make(version));
        Directory.Move(aside, Path.Combine(root, "scorer", $"{version}"));
    }

    private static byte[] Make(int version)
    {
        var random = new Random(version);
        float[] weights = [.. Enumerable.Range(0, Features * Classes).Select(_ => random.NextSingle() - 0.5f)];
        using var model = new OnnxModel { IrVersion = 8, ProducerName = "server soak" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "scorer";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", Features)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", Classes)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, Features, Classes));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", new float[Classes], Classes));
        model.Graph.Nodes.Add(new OnnxNode("Gemm", ["x", "w", "b"], ["z"]));
        model.Graph.Nodes.Add(new OnnxNode("Softmax", ["z"], ["y"]).SetAttribute("axis", 1));
        return model.ToArray();
    }

    private static double Value(string[] args, string name, double otherwise) => Array.IndexOf(args, name) is >= 0 and var i ? double.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;

    private sealed class Counts
    {
        public long Right;
        public long Wrong;
        public long Failed;
        public long Refused;
        public long Lost;
        public long NotReached;
        public long Aborted;

        public ConcurrentDictionary<int, bool> Versions { get; } = new();

        public ConcurrentQueue<string> Errors { get; } = new();

        public void Add(int version, bool right)
        {
            Versions[version] = true;
            Interlocked.Increment(ref right ? ref Right : ref Wrong);
        }
    }
}
