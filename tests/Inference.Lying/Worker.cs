using System.Globalization;
using Inference.Images;
using Inference.Lying.Lies;
using Inference.Onnx;
using Inference.OnnxRuntime;

namespace Inference.Lying;

/// <summary>The child: answers cases on one engine, each answer into a file of its own.</summary>
/// <param name="seeds">The sound cases.</param>
/// <param name="seed">The seed of the lies.</param>
/// <param name="folder">Where answers go.</param>
internal sealed class Worker(Seeds seeds, int seed, string folder)
{
    private const long MaxMemoryBytes = 256L << 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>Answers the cases named on standard input, one number a line; prints each number before it starts.</summary>
    public int Run(string engine)
    {
        IModelLoader loader = engine == "onnxruntime"
            ? ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { GraphOptimization = GraphOptimizationLevel.Disabled, LogLevel = OnnxRuntimeLogLevel.Fatal, IntraOpThreads = 1 }))
            : new ModelLoader(images: new ManagedImageDecoder());
        while (Console.ReadLine() is { } line)
        {
            int index = int.Parse(line, CultureInfo.InvariantCulture);
            Console.WriteLine(line);
            LyingCase lie = Liar.Tell(seeds, index, seed);
            Answer(loader, lie).Write(Path.Combine(folder, $"{engine}-{index}"));
        }

        return 0;
    }

    private static Answer Answer(IModelLoader loader, LyingCase lie)
    {
        try
        {
            var options = new ModelLoadOptions { Name = "lie", Threads = 1, MaxRunTime = s_limit, MaxLoadTime = s_limit, MaxMemoryBytes = MaxMemoryBytes };
            using IModelRunner runner = loader.LoadAsync(ModelSource.Bytes(lie.Model), options, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            using var inputs = new NamedValues();
            foreach ((string name, ModelValue value) in lie.Inputs)
            {
                inputs.Add(name, value.Retain());
            }

            using (NamedValues first = runner.Run(inputs))
            {
                // The second run takes its memory from the first one's.
                using NamedValues second = runner.Run(inputs);
                Answer answer = Lying.Answer.Of(second, runner.Info);
                return !lie.Repeats || answer.IsSame(Lying.Answer.Of(first, runner.Info)) ? answer : new("RAW the second run answers otherwise than the first", []);
            }
        }
        catch (Exception exception)
        {
            for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            {
                if (cause is not (InferenceException or OnnxFormatException))
                {
                    string where = cause.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Inference.", StringComparison.Ordinal))?.Trim() ?? "";
                    return new($"RAW {cause.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} {where}", []);
                }
            }

            return new(exception.Message, []);
        }
    }
}
