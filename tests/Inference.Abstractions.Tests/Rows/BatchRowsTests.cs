using FsCheck;
using FsCheck.Fluent;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

public class BatchRowsTests
{
    private static NamedValues Batch(int rows, int seed) => new()
    {
        ["ids"] = AnyTensor.Make(ElementType.Int64, [rows, 3], seed),
        ["text"] = AnyTensor.Make(ElementType.String, [rows], seed),
        ["mask"] = AnyTensor.Make(ElementType.UInt8, [rows, 2, 2], seed),
    };

    [Fact]
    public void Concatenate_ThenSlice_GivesTheBatchesBack() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), sizes =>
        {
            NamedValues[] parts = [.. sizes.Get.Take(6).Select((s, i) => Batch(s % 4, i))];
            using NamedValues all = BatchRows.Concatenate(parts);
            int start = 0;
            foreach (NamedValues part in parts)
            {
                int rows = BatchRows.Count(part);
                using NamedValues slice = BatchRows.Slice(all, start, rows);
                for (int r = 0; r < rows; r++)
                {
                    if (!BatchRows.AreEqual(slice, r, part, r))
                    {
                        return false;
                    }
                }

                start += rows;
            }

            return BatchRows.Count(all) == start;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Concatenate_NamesInAnotherOrder_Works()
    {
        using NamedValues a = Batch(1, 1);
        var b = new NamedValues();
        for (int i = a.Count - 1; i >= 0; i--)
        {
            b.Add(a.GetAt(i).Key, a.GetAt(i).Value.Retain());
        }

        using (b)
        {
            Assert.True(BatchRows.HaveSameRowTypes(a, b));
            using NamedValues both = BatchRows.Concatenate(a, b);
            Assert.True(BatchRows.AreEqual(both, 0, both, 1));
        }
    }

    [Fact]
    public void Slice_OutlivesTheBatch()
    {
        NamedValues batch = Batch(3, 1);
        long[] expected = batch["ids"].AsSpan<long>()[3..6].ToArray();
        using NamedValues slice = BatchRows.Slice(batch, 1, 1);
        batch.Dispose();
        Assert.Equal(expected, slice["ids"].AsSpan<long>().ToArray());
    }

    [Fact]
    public void Count_UnequalRows_ErrorListsTheValues()
    {
        using var values = new NamedValues
        {
            ["a"] = TensorValue.Copy<float>(new float[2], [2, 1]),
            ["b"] = TensorValue.Copy<float>(new float[3], [3, 1]),
        };
        Assert.False(BatchRows.TryCount(values, out _));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => BatchRows.Count(values));
        Assert.Contains("'a': float32[2,1], 'b': float32[3,1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCount_SequenceOrScalarOrNothing_IsFalse()
    {
        Assert.False(BatchRows.TryCount([], out _));
        using var scalar = new NamedValues { ["a"] = TensorValue.Copy<float>([1f], []) };
        Assert.False(BatchRows.TryCount(scalar, out _));
        using var optional = new NamedValues();
        optional.Add("a", new OptionalValue(null));
        Assert.False(BatchRows.TryCount(optional, out _));
    }

    [Fact]
    public void Hash_EqualRows_AreEqualAndNamesCount()
    {
        using NamedValues batch = Batch(3, 1);
        using NamedValues again = BatchRows.Take(batch, [2, 0, 2]);
        var hashes = new UInt128[3];
        var hashesAgain = new UInt128[3];
        BatchRows.Hash(batch, ["ids", "text", "mask"], hashes);
        BatchRows.Hash(again, ["ids", "text", "mask"], hashesAgain);
        Assert.Equal([hashes[2], hashes[0], hashes[2]], hashesAgain);

        using TensorValue one = TensorValue.Copy<float>([1f], [1]);
        using TensorValue other = TensorValue.Copy<float>([2f], [1]);
        using var ab = new NamedValues { ["a"] = one, ["b"] = other };
        using var ba = new NamedValues { ["a"] = other, ["b"] = one };
        var left = new UInt128[1];
        var right = new UInt128[1];
        BatchRows.Hash(ab, ["a", "b"], left);
        BatchRows.Hash(ba, ["a", "b"], right);
        Assert.NotEqual(left, right);
    }
}
