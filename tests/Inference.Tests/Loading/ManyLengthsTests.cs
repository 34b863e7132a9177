using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>More distinct lengths than <see cref="ModelLoadOptions.MaxPlans"/>.</summary>
public sealed class ManyLengthsTests
{
    private const int Width = 16;

    [Fact]
    public void Run_LengthsInTurn_AllocatesLittle()
    {
        const int Lengths = 64;
        using IModelRunner runner = Load(8, hasLoop: false);
        NamedValues[] inputs = [.. Enumerable.Range(1, Lengths).Select(Input)];
        Turn();
        Turn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn();
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Lengths;
        Array.ForEach(inputs, i => i.Dispose());

        // What a call costs whose plan is there; a plan of its own costs fifty times as much.
        Assert.InRange(each, 0, 4096);

        void Turn()
        {
            foreach (NamedValues one in inputs)
            {
                runner.Run(one).Dispose();
            }
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Run_LengthsInTurn_EqualsRunsOfTheirOwn(int maxPlans, bool hasLoop)
    {
        using IModelRunner runner = Load(maxPlans, hasLoop);
        for (int turn = 0; turn < 3; turn++)
        {
            // More than are kept, and some again and again.
            foreach (int length in (ReadOnlySpan<int>)[1, 2, 3, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 2, 20, 1])
            {
                using NamedValues inputs = Input(length);
                using NamedValues got = runner.Run(inputs);
                using IModelRunner other = Load(16, hasLoop);
                using NamedValues expected = other.Run(inputs);
                Assert.Equal(expected["y"].AsSpan<float>().ToArray(), got["y"].AsSpan<float>().ToArray());
            }
        }
    }

    [Fact]
    public async Task Run_LengthsAtOnce_EqualsRunsOfTheirOwn()
    {
        using IModelRunner runner = Load(2, hasLoop: true);
        float[][] expected = new float[24][];
        for (int length = 1; length < expected.Length; length++)
        {
            using NamedValues inputs = Input(length);
            using NamedValues y = runner.Run(inputs);
            expected[length] = y["y"].AsSpan<float>().ToArray();
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (int call = 0; call < 300; call++)
            {
                int length = random.Next(1, expected.Length);
                using NamedValues inputs = Input(length);
                using NamedValues y = runner.Run(inputs);
                Assert.Equal(expected[length], y["y"].AsSpan<float>().ToArray());
            }
        })));
    }

    private static NamedValues Input(int length) => new() { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, length * Width).Select(i => MathF.Sin(i))], [length, Width]) };

    private static IModelRunner Load(int maxPlans, bool hasLoop)
    {
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "l", Width)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "l", Width)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [.. Enumerable.Range(0, Width * Width).Select(i => MathF.Cos(i) / Width)], Width, Width));
        string last = "x";
        for (int layer = 0; layer < 12; layer++)
        {
            model.Graph.Nodes.AddRange([new("MatMul", [last, "w"], [$"m{layer}"]), new("Softmax", [$"m{layer}"], [$"p{layer}"]), new("Add", [$"p{layer}", last], [$"a{layer}"])]);
            last = $"a{layer}";
        }

        if (hasLoop)
        {
            var body = new OnnxGraph { Name = "body" };
            body.Inputs.AddRange([new("i", OnnxType.Tensor(OnnxElementType.Int64)), new("c", OnnxType.Tensor(OnnxElementType.Bool)), new("v", OnnxType.Tensor(OnnxElementType.Float32, "k", Width))]);
            body.Nodes.AddRange([new("Identity", ["c"], ["c2"]), new("MatMul", ["v", "w"], ["u"]), new("Add", ["u", last], ["v2"])]);
            body.Outputs.AddRange([new("c2", null), new("v2", null)]);
            model.Graph.Initializers.Add(OnnxTensor.Create("count", [3L], []));
            model.Graph.Nodes.Add(new("Loop", ["count", "", last], ["y"]) { Attributes = { OnnxAttribute.FromGraph("body", body) } });
        }
        else
        {
            model.Graph.Nodes.Add(new("Identity", [last], ["y"]));
        }

        return ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { Threads = 1, MaxPlans = maxPlans });
    }
}
