using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;

namespace Inference.Operators.Labels;

/// <summary>Each row [E] as a map from the class labels to its scores: a sequence of N maps. Source: ONNX-ML ZipMap, opset 1.</summary>
internal sealed class ZipMap : Operator
{
    // A map and the tensor of its values, bytes, and the time to make them.
    private const long MapOverhead = 160;
    private const int MapWork = 100;
    private readonly Tensor _keys;

    public ZipMap(Node node)
    {
        _keys = node.Attributes.Strings("classlabels_strings") is { Length: > 0 } strings ? Tensor.Create<string>(strings, [strings.Length])
            : node.Attributes.Ints("classlabels_int64s") is { Length: > 0 } integers ? Tensor.Create<long>(integers, [integers.Length])
            : throw new ModelLoadException($"{node.Describe()}: expected one of the attributes classlabels_strings and classlabels_int64s, got none.");
    }

    protected override void InferOutputs(InferContext context)
    {
        if (FeatureRows.Columns(context, 0) is { } columns && columns != _keys.Count)
        {
            throw context.Error($"input 0: expected {_keys.Count} columns, one per label, got {columns}.");
        }

        context.SetOutput(0, ModelValueType.Sequence(ModelValueType.Map(_keys.Type, ModelValueType.Tensor(ElementType.Float32))));
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        (long rows, long columns) = FeatureRows.Size(x);
        context.Claim(rows * (nint.Size + MapOverhead));

        // One block for the values of all maps: blocks of a row each would be the collector's to look after.
        Tensor all = context.Allocate(ElementType.Float32, [rows, columns]);
        LargeBlocks.Copy(x.Data, all.Data, x.ByteCount);
        var maps = new EngineValue[rows];
        var work = default(WorkCounter);
        for (int row = 0; row < rows; row++)
        {
            work.Add(MapWork);
            var values = new Tensor();
            values.Set(ElementType.Float32, [columns], (float*)all.Data + (row * columns), all.Owner);
            maps[row] = new MapData(_keys, values);
        }

        context.SetOutput(0, new SequenceData(maps, ElementType.Undefined));
    }
}
