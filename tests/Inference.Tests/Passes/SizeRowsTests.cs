using Inference.Onnx;
using Inference.Rows.Generation;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

/// <summary>Sizes that come from the batch: what they reach is not independent, unless they do no more than restore the batch's own axis.</summary>
public sealed class SizeRowsTests
{
    private const string Rows = "s = Shape(x); n = Gather(s, [0]); n0 = Gather(s, 0);";

    /// <summary>Rows in which another axis, or a number, is the batch's: none is claimed, and running shows why.</summary>
    [Theory]
    [InlineData("x: N,4", Rows + "u = Unsqueeze(x, [1]); w = Concat(n, n, [4]) axis=0; e = Expand(u, w); y = ReduceSum(e, [1]) keepdims=0")]
    [InlineData("x: N,4", Rows + "w = Concat([1], n) axis=0; t = Tile(x, w); y = ReduceSum(t, [1]) keepdims=1")]
    [InlineData("x: N,4", Rows + "c = Slice(x, [0], n, [1]); y = ReduceSum(c, [1]) keepdims=1")]
    [InlineData("x: N,8", Rows + "c = Slice(x, n, [8], [1]); y = ReduceSum(c, [1]) keepdims=1")]
    [InlineData("x: N,8", Rows + "m = Mul(n, [2]); c = Slice(x, [0], m, [1]); y = Softmax(c)")]
    [InlineData("x: N,1,4", Rows + "w = Concat(n, [1], n) axis=0; r = Resize(x, _, _, w) mode=nearest; y = ReduceMean(r, [2]) keepdims=0")]
    [InlineData("x: N,4", Rows + "e = ConstantOfShape(n); o = Cos(e); k = ReduceSum(o) keepdims=0; z = Add(x, k); y = Relu(z)")]
    [InlineData("x: N,4", Rows + "r = Range(0, n0, 1); f = Cast(r) to=1; u = Unsqueeze(f, [1]); y = Add(x, u)")]
    [InlineData("x: N,8", Rows + "v, i = TopK(x, n); y = ReduceSum(v, [1]) keepdims=1")]
    [InlineData("x: N,4", Rows + "a = ArgMax(x) axis=1 keepdims=0; h = OneHot(a, n, f:2); y = ReduceSum(h, [1]) keepdims=1")]
    [InlineData("x: N,8", Rows + "q = Sub([8], n); l = Concat(n, q) axis=0; a, b = Split(x, l) axis=1; y = ReduceSum(a, [1]) keepdims=1")]
    [InlineData("x: N,4,4", Rows + "y = Trilu(x, n0) upper=1")]
    [InlineData("x: N,4", Rows + "p = Concat([0], n) axis=0; d = Pad(x, p, _, [1]); y = ReduceMean(d, [1]) keepdims=1")]
    [InlineData("x: N,4", Rows + "w = Concat(n, n) axis=0; d = CenterCropPad(x, w); y = ReduceMean(d, [1]) keepdims=1")]
    [InlineData("x: N,4", Rows + "f = Cast(n0) to=1; y = Div(x, f)")]
    [InlineData("x: N,4", "z = Size(x); f = Cast(z) to=1; y = Mul(x, f)")]
    [InlineData("x: N,4", Rows + "e = ConstantOfShape(n); o = Cos(e); u = Unsqueeze(o, [0]); w = MatMul(u, x); y = Add(w, x)")]
    [InlineData("x: N,4", "e = EyeLike(x); y = Add(x, e)")]
    [InlineData("x: N,4", Rows + "a = Slice(f:6x4, [0], n, [0]); y = Add(x, a)")]
    [InlineData("x: N,4", Rows + "t = Slice(f:4x6, [0], n, [1]); m = MatMul(x, t); y = ReduceSum(m, [1]) keepdims=1")]
    [InlineData("x: N,4", "y = Einsum(x, x) equation=ii,ij->ij")]
    [InlineData("x: N,12", Rows + "w = Concat([-1], n, [2]) axis=0; r = Reshape(x, [-1]); q = Reshape(r, w); t = Transpose(q) perm=[1,0,2]; g = Gather(t, 0); f = Flatten(g) axis=1; y = ReduceSum(f, [1]) keepdims=1")]
    [InlineData("x: N,12", Rows + "w = Concat([2], n, [-1]) axis=0; r = Reshape(x, w); s1 = Softmax(r) axis=0; y = Reshape(s1, s)")]
    [InlineData("x: N,4", Rows + "g = Gather(f:8x4, n0); y = Add(x, g)")]
    [InlineData("x: N,4", Rows + "b = Greater(n0, 2); f = Cast(b) to=1; y = Add(x, f)")]
    public void SizesOfTheBatch_ReachRows_AreNotClaimed(string inputs, string text)
    {
        using IModelRunner runner = Load(inputs, text);
        Assert.False(runner.Info.RowIndependent);
        Assert.NotEqual(true, RowOracle.IsIndependent(runner));
    }

    /// <summary>What exporters write to keep the batch's axis.</summary>
    [Theory]
    [InlineData("x: N,2,6", Rows + "w = Concat(n, [3, 4]) axis=0; y = Reshape(x, w)")]
    [InlineData("x: N,2,6", Rows + "w = Concat(n, [-1]) axis=0; y = Reshape(x, w)")]
    [InlineData("x: N,T,8", Rows + "t = Gather(s, [1]); w = Concat(n, t, [2, 4]) axis=0; r = Reshape(x, w); p = Transpose(r) perm=[0,2,1,3]; y = Softmax(p)")]
    [InlineData("x: N,T,8", Rows + "h = Mul(n, [2]); t = Gather(s, [1]); w = Concat(h, t, [4]) axis=0; r = Reshape(x, [0,-1,2,4]); p = Transpose(r) perm=[0,2,1,3]; q = Reshape(p, w); k = Softmax(q); y = Reshape(k, s)")]
    [InlineData("x: N,4", Rows + "w = Concat(n, [3]) axis=0; e = Expand(f:1x3, w); y = Concat(x, e) axis=1")]
    [InlineData("x: N,4", Rows + "w = Concat(n, [1]) axis=0; t = Tile(f:1x4, w); y = Add(x, t)")]
    [InlineData("x: N,4", Rows + "w = Concat(n, [4]) axis=0; z = ConstantOfShape(w); y = Add(x, z)")]
    [InlineData("x: N,3,4,4", Rows + "w = Concat(n, [3, 8, 8]) axis=0; y = Resize(x, _, _, w) mode=nearest")]
    [InlineData("x: N,T,4", "s = Shape(x); t = Gather(s, 1); r = Range(0, t, 1); p = Gather(f:64x4, r); y = Add(x, p)")]
    [InlineData("x: N,T,4", "s = Shape(x); t = Gather(s, [1]); p = Slice(f:64x4, [0], t, [0]); y = Add(x, p)")]
    [InlineData("x: N,4", Rows + "y = Slice(x, [0], n, [0])")]
    [InlineData("x: N,4", Rows + "w = Concat(n, [4]) axis=0; d = Expand(x, w); y = Relu(d)")]
    [InlineData("x: N,4", Rows + "c = Cast(n) to=6; b = Cast(c) to=7; w = Concat(b, [2, 2]) axis=0; y = Reshape(x, w)")]
    [InlineData("x: N,6", "y = Reshape(x, [-1, 2, 3])")]
    [InlineData("x: N,6", "f = Flatten(x) axis=0; y = Reshape(f, [-1, 6])")]
    public void SizesOfTheBatch_RestoreIt_AreProved(string inputs, string text)
    {
        using IModelRunner runner = Load(inputs, text);
        Assert.True(runner.Info.RowIndependent);
        Assert.True(RowOracle.IsIndependent(runner));
    }

    [Theory]
    [InlineData("x: N,N", "y = Relu(x)")]
    [InlineData("x: N,N", "y = ReduceSum(x, [1]) keepdims=1")]
    [InlineData("x: N,4; b: N,N", "m = MatMul(b, x); y = Relu(m)")]
    public void Input_WithTwoAxesOfOneName_IsNotClaimed(string inputs, string text)
    {
        using IModelRunner runner = Load(inputs, text);
        Assert.False(runner.Info.RowIndependent);
    }

    [Theory]
    [InlineData("x: 1,4", "y = Relu(x)")]
    [InlineData("x: N,4; b: M,4", "y = Relu(x)")]
    [InlineData("x: N,4; b: 3,4", "y = Relu(x)")]
    [InlineData("x: N,4", "y = Transpose(x) perm=[1,0]")]
    [InlineData("x: N,4", "y = Identity(f:3x4)")]
    [InlineData("x: N,1,4", "y = Squeeze(x)")]
    [InlineData("x: N,1,4", "y = Squeeze(x, [0])")]
    public void Batch_IsNotTheFirstAxisOfAll_IsNotClaimed(string inputs, string text)
    {
        using IModelRunner runner = Load(inputs, text);
        Assert.False(runner.Info.RowIndependent);
    }

    /// <summary>A file may name any size after the batch: that proves nothing.</summary>
    [Fact]
    public void Value_DeclaredAsLongAsTheBatch_ProvesNothing()
    {
        using OnnxModel model = ModelText.Read("x: N,4", "r = Reshape(x, [-1, 2]); y = Relu(r)");
        model.Graph.ValueInfos.Add(new("r", OnnxType.Tensor(OnnxElementType.Float32, "N", 2)));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), Untried);
        Assert.False(runner.Info.RowIndependent);
    }

    private static ModelLoadOptions Untried => new() { VerifyRowIndependence = false };

    private static IModelRunner Load(string inputs, string text)
    {
        using OnnxModel model = ModelText.Read(inputs, text);
        return ModelRunner.Load(ModelSource.Bytes(model.ToArray()), Untried);
    }
}
