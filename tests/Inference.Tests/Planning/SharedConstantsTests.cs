using Inference.Kernels.Convolution;
using Inference.Operators.Convolution;
using Inference.Operators.Fused;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Quantization;
using Inference.Operators.Recurrent;
using Inference.Planning;

namespace Inference.Tests.Planning;

public sealed class SharedConstantsTests
{
    [Fact]
    public void Get_EqualForms_MakesOnce()
    {
        using var shared = new SharedConstants();
        Tensor constant = Tensor.Create<float>([1, 2], [2]);
        object first = shared.Get(constant, new Form(1, null), () => new object(), RunControl.None);
        Assert.Same(first, shared.Get(constant, new Form(1, null), () => new object(), RunControl.None));
        Assert.Same(
            shared.Get(constant, new Form(1, Contents<byte>(3, 4)), () => new object(), RunControl.None),
            shared.Get(constant, new Form(1, Contents<byte>(3, 4)), () => new object(), RunControl.None));
    }

    [Fact]
    public void Get_OtherConstantMemberContentsOrForm_MakesAnother()
    {
        using var shared = new SharedConstants();
        Tensor constant = Tensor.Create<float>([1, 2], [2]);
        object[] made =
        [
            shared.Get(constant, new Form(1, null), () => new object(), RunControl.None),
            shared.Get(constant.Clone(), new Form(1, null), () => new object(), RunControl.None),
            shared.Get(constant, new Form(2, null), () => new object(), RunControl.None),
            shared.Get(constant, new Form(1, Contents<byte>(3, 4)), () => new object(), RunControl.None),
            shared.Get(constant, new Form(1, Contents<byte>(3, 5)), () => new object(), RunControl.None),
            shared.Get(constant, new Form(1, Contents<sbyte>(3, 4)), () => new object(), RunControl.None),
            shared.Get(constant, new OtherForm(1, null), () => new object(), RunControl.None),
        ];
        Assert.Equal(made.Length, made.Distinct().Count());
    }

    [Fact]
    public async Task Get_WhileAnotherCallMakesIt_WaitsWithinItsTime()
    {
        using var shared = new SharedConstants();
        Tensor constant = Tensor.Create<float>([1, 2], [2]);
        var form = new Form(1, null);
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Task<object> maker = Task.Run(() => shared.Get(constant, form, Make, RunControl.None));
        started.Wait();
        var control = new RunControl(MemoryBudget.Unlimited);
        control.Begin(CancellationToken.None, TimeSpan.FromMilliseconds(1));
        Assert.Throws<DeadlineExceededException>(() => shared.Get(constant, form, () => new object(), control));
        Task<object> waiter = Task.Run(() => shared.Get(constant, form, () => new object(), RunControl.None));
        go.Set();
        Assert.Same(await maker, await waiter);

        object Make()
        {
            started.Set();
            go.Wait();
            return new object();
        }
    }

    [Fact]
    public void Get_AfterOneThatFailed_MakesIt()
    {
        using var shared = new SharedConstants();
        Tensor constant = Tensor.Create<float>([1, 2], [2]);
        var form = new Form(1, null);
        Assert.Throws<ModelRunException>(() => shared.Get(constant, form, () => throw new ModelRunException("no"), RunControl.None));
        Assert.NotNull(shared.Get(constant, form, () => new object(), RunControl.None));
    }

    [Fact]
    public void Forms_WhatDecidesTheBytes_TellsThemApart()
    {
        Assert.NotEqual(new PackedMatrixForm(2, 3, false, BitConverter.SingleToInt32Bits(0f), ModelPrecision.Float32), new PackedMatrixForm(2, 3, false, BitConverter.SingleToInt32Bits(-0f), ModelPrecision.Float32));
        Assert.NotEqual(new PackedMatrixForm(2, 3, false, 0, ModelPrecision.Float32), new PackedMatrixForm(2, 3, true, 0, ModelPrecision.Float32));
        Assert.NotEqual(new PackedMatrixForm(2, 3, false, 0, ModelPrecision.Float32), new PackedMatrixForm(3, 2, false, 0, ModelPrecision.Float32));
        Assert.NotEqual(new PackedMatrixForm(2, 3, false, 0, ModelPrecision.Float32), new PackedMatrixForm(2, 3, false, 0, ModelPrecision.AllowBFloat16));
        Assert.NotEqual(QuantizedMatrixForm.Of(false, null), QuantizedMatrixForm.Of(true, null));
        Assert.Equal(QuantizedMatrixForm.Of(false, null), QuantizedMatrixForm.Of(false, Tensor.Create<byte>([0, 0], [2])));
        Assert.NotEqual(QuantizedMatrixForm.Of(false, null), QuantizedMatrixForm.Of(false, Tensor.Create<byte>([0, 1], [2])));
        var geometry = new ConvolutionGeometry { InChannels = 2, OutChannels = 4, KernelHeight = 3, KernelWidth = 3 };
        Assert.NotEqual(new ConvolutionForm(geometry, TensorLayout.Nhwc, 0, 0), new ConvolutionForm(geometry with { PadTop = 1 }, TensorLayout.Nhwc, 0, 0));
        Assert.NotEqual(new ConvolutionForm(geometry, TensorLayout.Nhwc, 0, 0), new ConvolutionForm(geometry, TensorLayout.Nchw, 0, 0));
        Assert.NotEqual(new ConvolutionForm(geometry, TensorLayout.Nhwc, 0, 0), new ConvolutionForm(geometry, TensorLayout.Nhwc, 1, 0));
        Assert.NotEqual(new ConvolutionForm(geometry, TensorLayout.Nhwc, 0, 0), new ConvolutionForm(geometry, TensorLayout.Nhwc, 0, 0, ModelPrecision.AllowBFloat16));
        Assert.NotEqual(QuantizedConvolutionForm.Of(in geometry, null), QuantizedConvolutionForm.Of(geometry with { DilationWidth = 2 }, null));
        Assert.NotEqual(new CellForm(true, 4), new CellForm(true, 3));
    }

    private static ConstantContents Contents<T>(params byte[] values)
        where T : unmanaged, System.Numerics.INumber<T> => new(Tensor.Create<T>([.. values.Select(T.CreateTruncating)], [values.Length]));

    private sealed record Form(int Number, ConstantContents? Contents) : PackedForm<object>;

    private sealed record OtherForm(int Number, ConstantContents? Contents) : PackedForm<object>;
}
