using System.Numerics;
using Inference.Execution;
using Inference.Import;
using Inference.Kernels.Elementwise;
using Inference.Onnx;
using Inference.Operators.Elementwise;
using Inference.Operators.Standard;
using Inference.Planning;
using Inference.Tests.Support;

namespace Inference.Tests.Operators;

/// <summary>An element-wise operator that the engine does not have: one struct and one row, and everything that others are is there.</summary>
public sealed class NewOperatorTests
{
    private const string Domain = "tests";

    private static readonly OperatorTable s_table = StandardOperators.Table.With(
        UnaryRow.Of(Domain, "Squareplus", 1, "X:floating", () => new FloatForm<Squareplus>(new UnaryParameter("b", 4f)), cell: true));

    private static readonly float[] s_numbers = [.. Enumerable.Range(0, 512).Select(i => MathF.Round(MathF.Sin(i) * 3f, 2))];

    [Fact]
    public void Row_Itself_Computes() =>
        Assert.Equal([Reference(-1f, 2f), Reference(3f, 2f)], Run(Model("x: 2", "y = Squareplus(x) b=2"), false, out _).Span<float>().ToArray());

    [Theory]
    [InlineData("x: 2,4", "m = MatMul(x, f:4x3); y = Squareplus(m)", "Linear")]
    [InlineData("x: 2,4", "m = Gemm(x, f:4x3); y = Squareplus(m)", "Gemm")]
    [InlineData("x: 1,4,6,6", "m = Conv(x, f:3x4x3x3); y = Squareplus(m)", "NhwcConv")]
    public void Passes_AfterAProduct_FuseIt(string inputs, string text, string fused)
    {
        OnnxModel model = Model(inputs, text);
        Tensor want = Run(model, false, out _);
        Tensor got = Run(model, true, out ModelGraph graph);
        Assert.Equal(fused, Assert.Single(graph.Nodes, n => n.OpType != "Transpose").OpType);
        AssertClose(want, got);
    }

    [Fact]
    public void Passes_InA16BitGraph_ComputeItInSingle()
    {
        OnnxModel model = Model("x: 2,4", "h = Cast(x) to=10; m = MatMul(h, w); s = Squareplus(m); t = Softmax(s); y = Cast(t) to=1");
        model.Graph.Initializers.Add(OnnxTensor.Create<Half>("w", [.. s_numbers[..12].Select(v => (Half)v)], 4, 3));
        Tensor want = Run(model, false, out ModelGraph plain);
        Assert.Equal(ElementType.Float16, Assert.Single(plain.Nodes, n => n.OpType == "Squareplus").Inputs[0]!.Type!.ElementType);
        Tensor got = Run(model, true, out ModelGraph graph);
        Assert.Contains(graph.Nodes, n => n.Attributes.Items.GetValueOrDefault("activation") is UnaryCall { Form: FloatForm<Squareplus> });
        AssertClose(want, got, 2e-3f);
    }

    [Fact]
    public void Passes_BetweenConvolutions_KeepItWithChannelsLast()
    {
        OnnxModel model = Model("x: 1,8,8,8", "a = Conv(x, f:4x8x3x3); p = MaxPool(a) kernel_shape=[2,2]; s = Squareplus(p); y = Conv(s, f:2x4x1x1)");
        Tensor want = Run(model, false, out _);
        Tensor got = Run(model, true, out ModelGraph graph);
        Assert.Equal(["Transpose", "NhwcConv", "NhwcPool", "Squareplus", "NhwcConv", "Transpose"], graph.Nodes.Select(n => n.OpType));
        AssertClose(want, got);
    }

    [Fact]
    public void Passes_BetweenBytes_MakeItATable()
    {
        OnnxModel model = Model("x: 2,4", "q = QuantizeLinear(x, scale, zero); d = DequantizeLinear(q, scale, zero); s = Squareplus(d); r = QuantizeLinear(s, scale, zero); y = DequantizeLinear(r, scale, zero)");
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("scale", [0.05f]));
        model.Graph.Initializers.Add(OnnxTensor.Create<byte>("zero", [120]));
        Tensor want = Run(model, false, out _);
        Tensor got = Run(model, true, out ModelGraph graph);
        Assert.Equal(["QuantizeLinear", "QLookup", "DequantizeLinear"], graph.Nodes.Select(n => n.OpType));
        AssertClose(want, got);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecurrentCell_ThatNamesIt_AppliesIt(bool wide)
    {
        string type = wide ? "11" : "1";
        OnnxModel model = Model(
            "x: 1,1,2", $"a = Cast(x) to={type}; w = Cast(f:1x3x2) to={type}; r = Cast(f:1x3x3) to={type}; h = RNN(a, w, r) hidden_size=3; y = Cast(h) to=1");
        model.Graph.Nodes[^2].SetAttribute("activations", new[] { "squareplus" });
        model.Graph.Nodes[^2].SetAttribute("activation_alpha", new[] { 2f });
        OnnxModel written = Model("x: 1,1,2", "v = Transpose(f:3x2) perm=[1,0]; m = MatMul(x, v); y = Squareplus(m) b=2");
        AssertClose(Run(written, false, out _), Run(model, true, out _));
    }

    [Fact]
    public void StandardTable_Afterwards_DoesNotHaveIt() => Assert.False(StandardOperators.Table.TryFind(Domain, "Squareplus", 1, out _));

    private static float Reference(float x, float b) => (x + MathF.Sqrt((x * x) + b)) / 2f;

    private static OnnxModel Model(string inputs, string text)
    {
        OnnxModel model = ModelText.Read(inputs, text);
        model.OperatorSets.Add(new(Domain, 1));
        foreach (OnnxNode node in model.Graph.Nodes.Where(n => n.OpType == "Squareplus"))
        {
            node.Domain = Domain;
            if (node.Attribute("b") is { } parameter)
            {
                node.SetAttribute("b", (float)parameter.Int);
            }
        }

        return model;
    }

    private static Tensor Run(OnnxModel model, bool passes, out ModelGraph graph)
    {
        graph = ModelImporter.Import(model, table: s_table).Graph;
        ShapeInference.Run(graph, "new operator");
        if (passes)
        {
            PassPipeline.Run(graph, "new operator", verify: true);
        }

        using var shared = new SharedConstants();
        using var executable = new GraphExecutable("new operator", graph, shared, 1, 4);
        var outputs = new EngineValue?[1];
        long[] dims = [.. graph.Inputs[0].Type!.Shape!.Select(d => d.Size!.Value)];
        float[] data = dims is [2] ? [-1f, 3f] : s_numbers[..(int)TensorShape.Count(dims)];
        executable.RunInner([Tensor.Create<float>(data, dims)], outputs, new RunControl(MemoryBudget.Unlimited));
        return (Tensor)outputs[0]!;
    }

    private static void AssertClose(Tensor want, Tensor got, float bound = 1e-5f)
    {
        float[] x = want.Span<float>().ToArray();
        float[] y = got.Span<float>().ToArray();
        Assert.Equal(x.Length, y.Length);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.Equal(x[i], y[i], bound * Math.Max(1f, MathF.Abs(x[i])));
        }
    }

    /// <summary>y = (x + √(x² + alpha)) / 2</summary>
    private readonly struct Squareplus : IFloatFunction
    {
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => (x + C.Sqrt((x * x) + alpha)) / C.CreateTruncating(2);

        public static UnaryFunction? Single => null;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }
}
