using Inference.Onnx;
using Inference.Status;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Caching.Tests;

/// <summary>Feature caching over the managed engine.</summary>
public class FeatureCachingRealModelTests
{
    [SharedDataFact("models/ncf_movielens/model.onnx")]
    public async Task RunAsync_RowIndependentModel_CachesTheUsersRows()
    {
        var model = ModelSource.File(TestData.Path("models", "ncf_movielens", "model.onnx"));
        using IModelRunner whole = ModelRunner.Load(model);
        using IModelRunner cached = Cached(model);
        for (int call = 0; call < 20; call++)
        {
            // Four users in turn, two rows a call, items all different.
            using var inputs = new NamedValues
            {
                ["user"] = TensorValue.Copy<long>([call % 4, (call + 1) % 4], [2]),
                ["item"] = TensorValue.Copy<long>([call, 100 + call], [2]),
            };
            await AssertSameAsync(whole, cached, inputs);
        }

        AssertHeld(cached, 4, hits: 36);
    }

    [Fact]
    public async Task RunAsync_OneUserManyItems_CachesTheUserOnce()
    {
        var model = ModelSource.Bytes(OneUserManyItems());
        using IModelRunner whole = ModelRunner.Load(model);
        using IModelRunner cached = Cached(model);
        for (int call = 0; call < 12; call++)
        {
            float[] user = [call % 3, 1, -1];
            float[] items = [.. Enumerable.Range(0, 3 * (call + 1)).Select(i => (i * 0.1f) - call)];
            using var inputs = new NamedValues { ["user"] = TensorValue.Copy<float>(user, [1, 3]), ["item"] = TensorValue.Copy<float>(items, [call + 1, 3]) };
            await AssertSameAsync(whole, cached, inputs);
        }

        AssertHeld(cached, 3, hits: 9);
    }

    [Fact]
    public async Task RunAsync_DefaultOfTheBranchGiven_RunsTheWhole()
    {
        var model = ModelSource.Bytes(OneUserManyItems());
        using IModelRunner whole = ModelRunner.Load(model);
        using IModelRunner cached = Cached(model);
        using var inputs = new NamedValues
        {
            ["user"] = TensorValue.Copy<float>([1, 2, 3], [1, 3]),
            ["item"] = TensorValue.Copy<float>([1, 2, 3], [1, 3]),
            ["W"] = TensorValue.Copy<float>([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]),
        };
        await AssertSameAsync(whole, cached, inputs);
        AssertHeld(cached, 0, hits: 0);
    }

    private static IModelRunner Cached(ModelSource model) => ModelRunner.Load(model).AsBuilder().UseFeatureCaching(["user"], o => o.Adaptive = false).Build();

    private static void AssertHeld(IModelRunner cached, long entries, long hits)
    {
        CacheStatistics statistics = cached.GetService<ICacheControl>()!.Statistics;
        Assert.Equal((entries, hits), (statistics.Entries, statistics.Hits));
    }

    private static async Task AssertSameAsync(IModelRunner whole, IModelRunner cached, NamedValues inputs)
    {
        using NamedValues expected = await whole.RunAsync(inputs);
        using NamedValues actual = await cached.RunAsync(inputs);
        foreach (KeyValuePair<string, ModelValue> output in expected)
        {
            TensorValue got = actual[output.Key];
            Assert.Equal(((TensorValue)output.Value).Shape.ToArray(), got.Shape.ToArray());
            Assert.Equal(((TensorValue)output.Value).AsSpan<float>().ToArray(), got.AsSpan<float>().ToArray(), (a, b) => MathF.Abs(a - b) <= 1e-5f * (1 + MathF.Abs(a)));
        }
    }

    // score = relu(user·W)·itemᵀ, user [1,3], item [items,3]; W has a default.
    private static byte[] OneUserManyItems()
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Name = "one_user";
        model.Graph.Inputs.Add(new("user", OnnxType.Tensor(OnnxElementType.Float32, 1, 3)));
        model.Graph.Inputs.Add(new("item", OnnxType.Tensor(OnnxElementType.Float32, "items", 3)));
        model.Graph.Inputs.Add(new("W", OnnxType.Tensor(OnnxElementType.Float32, 3, 3)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3));
        model.Graph.Nodes.Add(new("MatMul", ["user", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Relu", ["m"], ["u"]));
        model.Graph.Nodes.Add(new("Mul", ["u", "item"], ["product"]));
        model.Graph.Nodes.Add(new("Tanh", ["product"], ["score"]));
        model.Graph.Outputs.Add(new("score", OnnxType.Tensor(OnnxElementType.Float32, "items", 3)));
        return model.ToArray();
    }
}
