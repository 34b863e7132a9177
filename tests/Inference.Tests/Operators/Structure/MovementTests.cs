using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

/// <summary>Operators that move elements against their formulas, for every width of an element and lengths around those of vectors.</summary>
public sealed class MovementTests
{
    private static readonly int[] s_lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 70, 129, 300];

    [Fact]
    public void Tile_AnyLength_RepeatsElements() => ForAll((cast, length) =>
    {
        Tensor x = cast(3 * 2 * length, [3, 2, length]);
        Check(x, Run("Tile", [x, T<long>([2, 1, 3])]), [6, 2, 3 * length], i => (((i[0] % 3 * 2) + i[1]) * length) + (i[2] % length));
        Check(x, Run("Tile", [x, T<long>([1, 4, 1])]), [3, 8, length], i => (((i[0] * 2) + (i[1] % 2)) * length) + i[2]);
    });

    [Fact]
    public void Expand_AnyLength_RepeatsElements() => ForAll((cast, length) =>
    {
        Tensor row = cast(2 * length, [2, 1, length]);
        Check(row, Run("Expand", [row, T<long>([2, 5, length])]), [2, 5, length], i => (i[0] * length) + i[2]);
        Tensor column = cast(6, [3, 2, 1]);
        Check(column, Run("Expand", [column, T<long>([4, 3, 2, length])]), [4, 3, 2, length], i => (i[1] * 2) + i[2]);
    });

    [Theory]
    [InlineData("reflect")]
    [InlineData("edge")]
    [InlineData("wrap")]
    public void Pad_AnyLength_TakesElementsOfTheAxis(string mode) => ForAll((cast, length) =>
    {
        Tensor x = cast(2 * 4 * length, [2, 4, length]);
        long after = (2 * length) + 1;
        Check(x, Run("Pad", [x, T([1L, 2, 3, 0, 5, after])], ("mode", mode)), [3, 11, 3 + length + after], i =>
            (((Place(mode, i[0] - 1, 2) * 4) + Place(mode, i[1] - 2, 4)) * length) + Place(mode, i[2] - 3, length));

        // Removed first, then padded by what is left.
        Check(x, Run("Pad", [x, T([0L, -1, 0, 0, 3, 0])], ("mode", mode)), [2, 6, length], i => (((i[0] * 4) + 1 + Place(mode, i[1], 3)) * length) + i[2]);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void SpaceToDepthAndBack_AnyWidth_FollowTheirFormulas(int block) => ForAll((cast, length) =>
    {
        long width = length * block;
        Tensor x = cast(2 * 3 * block * width, [1, 2, 3 * block, width]);
        Tensor deep = Run("SpaceToDepth", [x], ("blocksize", (long)block));
        Check(x, deep, [1, 2 * block * block, 3, length], i =>
            (((i[1] % 2 * 3 * block) + (i[2] * block) + (i[1] / 2 / block)) * width) + (i[3] * block) + (i[1] / 2 % block));
        Check(x, Run("DepthToSpace", [deep], ("blocksize", (long)block)), [1, 2, 3 * block, width], i => (((i[1] * 3 * block) + i[2]) * width) + i[3]);
        Check(deep, Run("DepthToSpace", [deep], ("blocksize", (long)block), ("mode", "CRD")), [1, 2, 3 * block, width], i =>
            (((((i[1] * block) + (i[2] % block)) * block) + (i[3] % block)) * 3 * length) + (i[2] / block * length) + (i[3] / block));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void GatherAndScatterElements_AnyAxis_FollowTheirFormulas(int axis)
    {
        foreach (int length in s_lengths)
        {
            long[] shape = [3, 5, length];
            var random = new Random(length);
            long[] indices = [.. Enumerable.Range(0, 15 * length).Select(_ => (long)random.Next(-(int)shape[axis], (int)shape[axis]))];
            Tensor[] forms = [T(indices, shape), T([.. indices.Select(i => (int)i)], shape), T([.. indices.Select(i => Math.Abs(i) % shape[axis])], shape)];
            foreach (Tensor index in forms)
            {
                long[] at = index.ToInt64Array();
                long Place(long[] i) => At(i, shape, axis, (at[At(i, shape)] + shape[axis]) % shape[axis]);
                Tensor x = T([.. Enumerable.Range(0, 15 * length).Select(i => (float)i)], shape);
                Check(x, Run("GatherElements", [x, index], ("axis", (long)axis)), shape, i => Place(i));
                float[] added = x.Span<float>().ToArray();
                float[] replaced = x.Span<float>().ToArray();
                float[] larger = x.Span<float>().ToArray();
                float[] updates = [.. Enumerable.Range(0, 15 * length).Select(i => (float)(i * 7 % 50))];
                for (long n = 0; n < updates.Length; n++)
                {
                    long to = Place([n / length / 5, n / length % 5, n % length]);
                    added[to] += updates[n];
                    replaced[to] = updates[n];
                    larger[to] = Math.Max(larger[to], updates[n]);
                }

                Same(replaced, shape, Run("ScatterElements", [x, index, T(updates, shape)], ("axis", (long)axis)));
                Same(added, shape, Run("ScatterElements", [x, index, T(updates, shape)], ("axis", (long)axis), ("reduction", "add")));
                Same(larger, shape, Run("ScatterElements", [x, index, T(updates, shape)], ("axis", (long)axis), ("reduction", "max")));
            }
        }
    }

    [Fact]
    public void GatherElements_IndexOutOfRange_SaysWhichValue() =>
        Refused("indices: expected values in [-3, 2], got 3.", "GatherElements", [T([1f, 2, 3]), T<long>([0, -1, 3])], []);

    [Fact]
    public void ScatterND_WithReductions_AppliesThemInOrder()
    {
        foreach (int length in s_lengths)
        {
            Tensor x = T([.. Enumerable.Range(0, 4 * length).Select(i => i)], 4, length);
            Tensor updates = T([.. Enumerable.Range(0, 3 * length).Select(i => i - 5)], 3, length);
            foreach ((string name, Func<int, int, int> apply) in new (string, Func<int, int, int>)[] { ("none", (a, b) => b), ("add", (a, b) => a + b), ("mul", (a, b) => a * b), ("max", Math.Max), ("min", Math.Min) })
            {
                int[] expected = x.Span<int>().ToArray();
                for (int n = 0; n < 3 * length; n++)
                {
                    int to = (new[] { 1, 3, 1 }[n / length] * length) + (n % length);
                    expected[to] = apply(expected[to], n - 5);
                }

                Same(expected, [4, length], Run("ScatterND", [x, T<long>([1, -1, 1], 3, 1), updates], ("reduction", name)));
            }
        }
    }

    [Fact]
    public void Compress_AnyLength_KeepsWhatHolds()
    {
        foreach (int length in s_lengths)
        {
            var random = new Random(length);
            foreach (int share in new[] { 0, 1, 2, 10 })
            {
                bool[] keep = [.. Enumerable.Range(0, length).Select(_ => random.Next(share + 1) < share)];
                float[] x = [.. Enumerable.Range(0, 2 * length * 3).Select(i => (float)i)];
                int[] kept = [.. Enumerable.Range(0, length).Where(i => keep[i])];
                Same([.. kept.Select(i => x[i])], [kept.Length], Run("Compress", [T(x, 2, length, 3), T(keep)]));
                float[] middle = [.. Enumerable.Range(0, 2).SelectMany(o => kept.SelectMany(i => Enumerable.Range(0, 3).Select(k => x[(((o * length) + i) * 3) + k])))];
                Same(middle, [2, kept.Length, 3], Run("Compress", [T(x, 2, length, 3), T(keep)], ("axis", 1L)));
            }
        }
    }

    [Fact]
    public void Moves_OfLargeTensorsByTwoThreads_EqualThoseByOne()
    {
        Tensor x = T([.. Enumerable.Range(0, 96 * 65 * 33)], 96, 65, 33);
        Tensor few = T([.. Enumerable.Range(0, 65 * 33)], 1, 65, 33);
        (string, EngineValue?[], (string, object)[], int)[] cases =
        [
            ("Tile", [x, T<long>([1, 2, 1])], [], 1),
            ("Tile", [few, T<long>([40, 1, 2])], [], 1),
            ("Expand", [few, T<long>([50, 65, 33])], [], 1),
            ("Slice", [x, T<long>([1, 64]), T<long>([96, -100]), T<long>([0, 1]), T<long>([1, -1])], [], 1),
            ("Slice", [x, T<long>([0]), T<long>([33]), T<long>([2]), T<long>([2])], [], 1),
            ("Concat", [x, x], [("axis", 1L)], 1),
            ("Split", [x], [("axis", 2L), ("num_outputs", 3L)], 3),
            ("Pad", [x, T<long>([1, 0, 2, 0, 3, 0])], [], 1),
            ("Transpose", [x], [("perm", new[] { 1L, 0, 2 })], 1),
            ("Transpose", [x], [("perm", new[] { 2L, 0, 1 })], 1),
            ("Transpose", [T([.. Enumerable.Range(0, 700 * 301)], 700, 301)], [], 1),
            ("Transpose", [T([.. Enumerable.Range(0, 3 * 70_001)], 3, 70_001)], [], 1),
            ("GatherElements", [x, T([.. Enumerable.Range(0, 96 * 65 * 33).Select(i => (long)(i % 96))], 96, 65, 33)], [], 1),
            ("Resize", [T([.. Enumerable.Range(0, 60 * 61 * 33).Select(i => (float)i)], 60, 61, 33), null, T([1f, 2, 2])], [], 1),
        ];
        foreach ((string op, EngineValue?[] inputs, (string, object)[] attributes, int outputs) in cases)
        {
            EngineValue?[] one = RunAll(op, inputs, attributes, outputs);
            EngineValue?[] two = RunAll(op, inputs, attributes, outputs, threads: 2);
            for (int i = 0; i < outputs; i++)
            {
                Assert.True(((Tensor)one[i]!).Bytes.SequenceEqual(((Tensor)two[i]!).Bytes), $"{op}, output {i}");
            }
        }
    }

    private static long At(long[] index, long[] shape, int axis = -1, long replaced = 0)
    {
        long at = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            at = (at * shape[i]) + (i == axis ? replaced : index[i]);
        }

        return at;
    }

    private static long Place(string mode, long i, long size)
    {
        if (mode == "edge")
        {
            return Math.Clamp(i, 0, size - 1);
        }

        while (i < 0 || i >= size)
        {
            i = mode == "wrap" ? (i < 0 ? i + size : i - size) : size == 1 ? 0 : i < 0 ? -i : (2 * (size - 1)) - i;
        }

        return i;
    }

    private static void ForAll(Action<Func<long, long[], Tensor>, long> check)
    {
        foreach (int length in s_lengths)
        {
            check((count, dims) => Made<byte>(count, dims), length);
            check((count, dims) => Made<short>(count, dims), length);
            check((count, dims) => Made<float>(count, dims), length);
            check((count, dims) => Made<long>(count, dims), length);
        }
    }

    private static Tensor Made<T>(long count, long[] dims)
        where T : unmanaged, INumber<T> => Tensor.Create<T>([.. Enumerable.Range(0, (int)count).Select(i => T.CreateTruncating(i * 31))], dims);

    // Elements are told apart by their bytes.
    private static void Check(Tensor x, Tensor y, long[] dims, Func<long[], long> source)
    {
        Assert.Equal(dims, y.Dims.ToArray());
        int size = x.Type.BitWidth() / 8;
        var index = new long[dims.Length];
        for (long n = 0; n < y.Count; n++)
        {
            long rest = n;
            for (int i = dims.Length - 1; i >= 0; i--)
            {
                (rest, index[i]) = Math.DivRem(rest, dims[i]);
            }

            int from = (int)source(index) * size;
            Assert.True(x.Bytes.Slice(from, size).SequenceEqual(y.Bytes.Slice((int)n * size, size)), $"element {n} of {y}");
        }
    }
}
