using Inference.Serving;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Limits;

/// <summary>Long operators look at the clock while they work: counted in looks, so that the speed of the machine does not matter.</summary>
public sealed class DeadlineTests
{
    // Each of the cases has tens of milliseconds of work at least in one node.
    private const int FewestLooks = 4;

    private static readonly Dictionary<string, Func<(OnnxModel Model, NamedValues Inputs)>> s_cases = new(StringComparer.Ordinal)
    {
        ["MaxPool"] = () => Case("MaxPool", [[1, 1, 400, 400]], OnnxAttribute.FromInts("kernel_shape", 50, 50)),
        ["MaxPool with indices"] = () => Case("MaxPool", [[1, 1, 200, 200]], 2, OnnxAttribute.FromInts("kernel_shape", 30, 30)),
        ["LpPool"] = () => Case("LpPool", [[1, 1, 400, 400]], OnnxAttribute.FromInts("kernel_shape", 50, 50)),
        ["AveragePool over three axes"] = () => Case("AveragePool", [[1, 1, 60, 60, 60]], OnnxAttribute.FromInts("kernel_shape", 15, 15, 15)),
        ["ConvTranspose"] = () => Case("ConvTranspose", [[1, 1, 60, 60, 60], [1, 1, 9, 9, 9]]),
        ["Conv over three axes"] = () => Case("Conv", [[1, 1, 60, 60, 60], [1, 1, 9, 9, 9]]),
        ["Conv of doubles"] = () => Case("Conv", ElementType.Float64, [[1, 4, 200, 200], [4, 4, 9, 9]]),
        ["TopK"] = () => Case("TopK", [[2_000_000]], 2, 1_000_000L),
        ["Unique"] = () => Case("Unique", [[1_000_000]], 4),
        ["Unique, unsorted"] = () => Case("Unique", [[1_000_000]], 4, OnnxAttribute.FromInt("sorted", 0)),
        ["Einsum"] = () => Case("Einsum", [[300, 300], [300, 300]], OnnxAttribute.FromString("equation", "ij,jk->ik")),
        ["Einsum to a number"] = () => Case("Einsum", [[6_000_000], [6_000_000]], OnnxAttribute.FromString("equation", "i,i->")),
        ["Multinomial"] = () => Case("Multinomial", [[10, 20_000]], OnnxAttribute.FromInt("sample_size", 100_000)),
        ["RoiAlign"] = () => RoiAlign(),
        ["Det"] = () => Case("Det", [[400, 400]]),
        ["CumSum"] = () => Case("CumSum", [[10_000_000]], 1, 0L),
        ["ArgMax of one row"] = () => Case("ArgMax", [[10_000_000]], OnnxAttribute.FromInt("axis", 0)),
        ["Pow"] = () => Case("Pow", [[2000, 1000], [2000, 1000]]),
        ["Add"] = () => Case("Add", [[20_000_003], [20_000_003]]),
        ["Add of a number"] = () => Case("Add", [[20_000_003], [1]]),
        ["Transpose of doubles"] = () => Case("Transpose", ElementType.Float64, [[400, 500, 50]]),
        ["DFT"] = () => Case("DFT", [[1, 500_009, 1]]),
        ["GatherElements"] = () => Indexed("GatherElements"),
        ["MatMul of doubles"] = () => Case("MatMul", ElementType.Float64, [[400, 400], [400, 400]]),
        ["MatMul"] = () => Case("MatMul", [[1000, 1000], [1000, 1000]]),
        ["MatMul as one dot"] = () => Case("MatMul", [[1, 4_000_000], [4_000_000, 1]]),
        ["Softmax of one row"] = () => Case("Softmax", [[1, 4_000_000]]),
        ["Softmax of far columns"] = () => Case("Softmax", [[2000, 500]], OnnxAttribute.FromInt("axis", 0)),
        ["LogSoftmax of one row"] = () => Case("LogSoftmax", [[1, 4_000_000]]),
        ["LayerNormalization of one row"] = () => Case("LayerNormalization", [[1, 4_000_000], [4_000_000]]),
        ["ReduceSum of one row"] = () => Case("ReduceSum", [[4_000_000]]),
        ["Transpose"] = () => Case("Transpose", [[2000, 2000]]),
        ["Identity"] = () => Case("Identity", [[4_000_000]]),
        ["GlobalLpPool"] = () => Case("GlobalLpPool", [[1, 1, 2000, 1000]]),
        ["EyeLike"] = () => Case("EyeLike", [[2000, 2000]]),
        ["NonZero"] = () => Case("NonZero", [[4000, 2500]]),
        ["Loop"] = () => Loop(),
    };

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_LongOperator_LooksAtTheClockAndStopsAtItsTime(string name)
    {
        (OnnxModel model, NamedValues inputs) = s_cases[name]();
        using NamedValues owned = inputs;
        var clock = new LookClock();
        using IModelRunner runner = Load(model, clock, TimeSpan.FromMilliseconds(1_000_000));
        long before = clock.Looks;
        runner.Run(inputs).Dispose();
        long looks = clock.Looks - before;
        Assert.True(looks >= FewestLooks, $"expected at least {FewestLooks} looks, got {looks}");

        using IModelRunner limited = Load(model, clock, TimeSpan.FromMilliseconds(FewestLooks - 1));
        Assert.Throws<DeadlineExceededException>(() => limited.Run(inputs));
    }

    [Fact]
    public async Task Run_CancelledWhileAnOperatorWorks_Stops()
    {
        (OnnxModel model, NamedValues inputs) = Case("Einsum", [[2000, 2000], [2000, 2000]], OnnxAttribute.FromString("equation", "ij,jk->ik"));
        using NamedValues owned = inputs;
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { Threads = 1 });
        using var source = new CancellationTokenSource();
        Task run = Task.Run(() => runner.RunAsync(inputs, null, source.Token).AsTask());
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task BoundRun_CancelledWhileAnOperatorWorks_Stops()
    {
        (OnnxModel model, NamedValues inputs) = Case("Einsum", [[2000, 2000], [2000, 2000]], OnnxAttribute.FromString("equation", "ij,jk->ik"));
        using NamedValues owned = inputs;
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { Threads = 1 });
        using BoundRun bound = ((IBindable)runner.GetService(typeof(IBindable))!).Bind();
        foreach (KeyValuePair<string, ModelValue> input in inputs)
        {
            bound.SetInput(input.Key, (TensorValue)input.Value);
        }

        using var source = new CancellationTokenSource();
        Task run = Task.Run(() => bound.Run(source.Token));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static IModelRunner Load(OnnxModel model, TimeProvider clock, TimeSpan time)
    {
        IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxRunTime = time, Threads = 1 });
        ((ServingRunner)runner.GetService(typeof(ServingRunner))!).Clock = clock;
        return runner;
    }

    private static (OnnxModel, NamedValues) Case(string op, long[][] shapes, params OnnxAttribute[] attributes) => Case(op, ElementType.Float32, shapes, 1, null, attributes);

    private static (OnnxModel, NamedValues) Case(string op, ElementType type, long[][] shapes) => Case(op, type, shapes, 1, null);

    private static (OnnxModel, NamedValues) Case(string op, long[][] shapes, int outputs, params OnnxAttribute[] attributes) => Case(op, ElementType.Float32, shapes, outputs, null, attributes);

    private static (OnnxModel, NamedValues) Case(string op, long[][] shapes, int outputs, long number) => Case(op, ElementType.Float32, shapes, outputs, number);

    private static (OnnxModel, NamedValues) Case(string op, ElementType type, long[][] shapes, int outputs, long? number, params OnnxAttribute[] attributes)
    {
        OnnxModel model = SmallModels.Model(20);
        var values = new NamedValues();
        var names = new List<string>();
        var random = new Random(1);
        for (int i = 0; i < shapes.Length; i++)
        {
            names.Add($"x{i}");
            model.Graph.Inputs.Add(new($"x{i}", OnnxType.Tensor((OnnxElementType)(int)type, [.. shapes[i].Select(d => (OnnxDimension)d)])));
            TensorValue value = TensorValue.Allocate(type, shapes[i]);
            if (type == ElementType.Float32)
            {
                foreach (ref float element in value.AsWritableSpan<float>())
                {
                    element = random.NextSingle();
                }
            }
            else
            {
                foreach (ref double element in value.AsWritableSpan<double>())
                {
                    element = random.NextDouble();
                }
            }

            values.Add($"x{i}", value);
        }

        if (number is { } constant)
        {
            names.Add("number");
            model.Graph.Initializers.Add(op == "TopK" ? OnnxTensor.Create<long>("number", [constant], 1) : OnnxTensor.Create<long>("number", [constant]));
        }

        return (Finish(model, op, names, outputs, attributes), values);
    }

    private static OnnxModel Finish(OnnxModel model, string op, List<string> inputs, int outputs, params OnnxAttribute[] attributes)
    {
        string[] results = [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")];
        var node = new OnnxNode(op, [.. inputs], results);
        node.Attributes.AddRange(attributes);
        model.Graph.Nodes.Add(node);
        foreach (string result in results)
        {
            model.Graph.Outputs.Add(new(result));
        }

        return model;
    }

    private static (OnnxModel, NamedValues) RoiAlign()
    {
        OnnxModel model = SmallModels.Model(20);
        model.Graph.Inputs.Add(new("x0", OnnxType.Tensor(OnnxElementType.Float32, 1, 4, 100, 100)));
        model.Graph.Inputs.Add(new("x1", OnnxType.Tensor(OnnxElementType.Float32, 10, 4)));
        model.Graph.Inputs.Add(new("x2", OnnxType.Tensor(OnnxElementType.Int64, 10)));
        Finish(model, "RoiAlign", ["x0", "x1", "x2"], 1, OnnxAttribute.FromInt("sampling_ratio", 100), OnnxAttribute.FromInt("output_height", 3), OnnxAttribute.FromInt("output_width", 3));
        float[] rois = [.. Enumerable.Range(0, 10).SelectMany(_ => new[] { 0f, 0f, 99f, 99f })];
        return (model, new NamedValues
        {
            ["x0"] = TensorValue.Copy<float>(new float[40_000], [1, 4, 100, 100]),
            ["x1"] = TensorValue.Copy<float>(rois, [10, 4]),
            ["x2"] = TensorValue.Copy<long>(new long[10], [10]),
        });
    }

    private static (OnnxModel, NamedValues) Indexed(string op)
    {
        OnnxModel model = SmallModels.Model(20);
        model.Graph.Inputs.Add(new("x0", OnnxType.Tensor(OnnxElementType.Float32, 3_000_000)));
        model.Graph.Inputs.Add(new("x1", OnnxType.Tensor(OnnxElementType.Int64, 3_000_000)));
        Finish(model, op, ["x0", "x1"], 1);
        return (model, new NamedValues { ["x0"] = TensorValue.Copy<float>(new float[3_000_000], [3_000_000]), ["x1"] = TensorValue.Copy<long>(new long[3_000_000], [3_000_000]) });
    }

    private static (OnnxModel, NamedValues) Loop()
    {
        OnnxModel model = SmallModels.Model(20);
        model.Graph.Inputs.Add(new("n", OnnxType.Tensor(OnnxElementType.Int64, [])));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("start", [0f], 1));
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64, [])));
        body.Inputs.Add(new("going", OnnxType.Tensor(OnnxElementType.Bool, [])));
        body.Inputs.Add(new("v", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        body.Nodes.Add(new("Identity", ["going"], ["on"]));
        body.Nodes.Add(new("Add", ["v", "v"], ["next"]));
        body.Outputs.Add(new("on", OnnxType.Tensor(OnnxElementType.Bool, [])));
        body.Outputs.Add(new("next", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        Finish(model, "Loop", ["n", "", "start"], 1, OnnxAttribute.FromGraph("body", body));
        return (model, new NamedValues { ["n"] = TensorValue.Copy<long>([1000], []) });
    }
}
