using System.Buffers;
using System.Runtime.CompilerServices;

namespace Inference.Abstractions.Tests.Values;

/// <summary>Memory that somebody has the address of is not given to anybody else.</summary>
public sealed unsafe class OwnershipTests
{
    private const int Length = 1000;

    [Fact]
    public void Regression_Pin_TensorDisposed_KeepsTheMemory()
    {
        TensorValue tensor = Filled(1f);
        MemoryHandle handle = tensor.Pin();
        tensor.Dispose();
        Overwrite();
        Assert.Equal(1f, ((float*)handle.Pointer)[Length - 1]);
        handle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.AsBytes());
    }

    [Fact]
    public void Regression_TensorPin_TensorDisposedTooOften_KeepsTheMemory()
    {
        TensorValue tensor = Filled(1f);
        using var pin = new TensorPin(tensor);
        for (int i = 0; i < 5; i++)
        {
            tensor.Dispose();
        }

        Overwrite();
        Assert.Equal(1f, ((float*)pin.Address)[Length - 1]);
    }

    [Fact]
    public void Regression_TensorPin_CopiesOfAHandleDisposed_KeepsTheMemory()
    {
        TensorValue tensor = Filled(1f);
        using var pin = new TensorPin(tensor);
        MemoryHandle handle = tensor.Pin();
        MemoryHandle copy = handle;
        handle.Dispose();
        copy.Dispose();
        copy = tensor.Pin();
        tensor.Dispose();
        copy.Dispose();
        Overwrite();
        Assert.Equal(1f, ((float*)pin.Address)[Length - 1]);
    }

    [Fact]
    public void Regression_TensorPin_OverRows_KeepsTheMemoryOfTheTensor()
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [10, 100]);
        tensor.AsWritableSpan<float>().Fill(1f);
        TensorValue rows = tensor.Rows(2, 6);
        TensorValue inner = rows.Rows(1, 2);
        using var pin = new TensorPin(inner);
        MemoryHandle handle = inner.Pin();
        Assert.True(pin.Address == handle.Pointer);
        Assert.Equal(300 * sizeof(float), Unsafe.ByteOffset(ref Unsafe.AsRef(in tensor.AsBytes()[0]), ref *(byte*)pin.Address));
        inner.Dispose();
        rows.Dispose();
        tensor.Dispose();
        tensor.Dispose();
        tensor.Dispose();
        Overwrite();
        Assert.Equal(1f, ((float*)pin.Address)[199]);
        handle.Dispose();
        Overwrite();
        Assert.Equal(1f, ((float*)pin.Address)[199]);
    }

    [Fact]
    public void Regression_TensorPin_OverAForgottenTensor_KeepsItReachable()
    {
        using TensorPin pin = Forgotten();
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        Overwrite();
        Assert.Equal(1f, ((float*)pin.Address)[Length - 1]);
    }

    [Fact]
    public void AsSpan_OfAForgottenTensor_StaysReadable()
    {
        ReadOnlySpan<float> span = ForgottenSpan();
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        Overwrite();
        Assert.Equal(1f, span[Length - 1]);
    }

    [Fact]
    public void Dispose_AfterThePin_GivesTheMemoryBack()
    {
        // Other tests take blocks of the same pool meanwhile.
        bool same = false;
        for (int round = 0; round < 1000 && !same; round++)
        {
            TensorValue tensor = Filled(1f);
            nint address;
            using (var pin = new TensorPin(tensor))
            {
                address = (nint)pin.Address;
            }

            tensor.Dispose();
            using TensorValue next = Filled(2f);
            using var again = new TensorPin(next);
            same = address == (nint)again.Address;
        }

        Assert.True(same);
    }

    [Fact]
    public void TensorPin_UsedAgain_LetsGoOfTheFirst()
    {
        using TensorValue first = Filled(1f);
        using TensorValue second = TensorValue.Borrow<float>(new float[] { 7f }, [1]);
        using var pin = new TensorPin(first);
        pin.Hold(second);
        Assert.Same(second, pin.Tensor);
        Assert.Equal(7f, *(float*)pin.Address);
        pin.Dispose();
        Assert.Null(pin.Tensor);
        Assert.True(pin.Address == null);
    }

    [Fact]
    public void TensorPin_OfStringsOrADisposedTensor_Throws()
    {
        using TensorValue strings = TensorValue.Copy(["a"], [1]);
        Assert.Throws<InferenceException>(() => new TensorPin(strings));
        TensorValue disposed = Filled(1f);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new TensorPin(disposed));
    }

    [Fact]
    public void AsWritableSpan_WhilePinned_Writes()
    {
        using TensorValue tensor = Filled(1f);
        using MemoryHandle handle = tensor.Pin();
        tensor.AsWritableSpan<float>()[0] = 5f;
        Assert.Equal(5f, *(float*)handle.Pointer);
    }

    [Fact]
    public void References_FromManyThreads_EndWithOneFree()
    {
        for (int round = 0; round < 200; round++)
        {
            TensorValue tensor = Filled(3f);
            int wrong = 0;
            Parallel.For(0, 8, worker =>
            {
                try
                {
                    using var pin = new TensorPin(tensor);
                    tensor.Dispose();
                    using TensorValue other = Filled(worker);
                    if (((float*)pin.Address)[Length / 2] != 3f)
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // It came after the last reference was gone.
                }
            });
            Assert.Equal(0, wrong);
        }
    }

    private static TensorValue Filled(float value)
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [Length]);
        tensor.AsWritableSpan<float>().Fill(value);
        return tensor;
    }

    // What takes every free block, and every piece of the pinned heap that a collection freed.
    private static void Overwrite()
    {
        TensorValue[] taken = [.. Enumerable.Range(0, 64).Select(_ => Filled(-1f))];
        Array.ForEach(taken, t => t.Dispose());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TensorPin Forgotten() => new(Filled(1f));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<float> ForgottenSpan() => Filled(1f).AsSpan<float>();
}
