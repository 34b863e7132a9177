namespace Inference.Kernels.Tests;

public sealed class KernelInventoryTests
{
    [Fact]
    public void List_EveryFamily_HasUniqueNamesAndOneChoice()
    {
        IReadOnlyList<KernelInfo> all = KernelInventory.List();
        Assert.Equal(all.Count, all.Select(k => k.Name).Distinct().Count());
        Assert.All(all.Where(k => k.IsChosen), k => Assert.True(k.IsAvailable));
        Assert.All(all, k => Assert.StartsWith(k.Family, k.Name, StringComparison.Ordinal));
        foreach (string family in all.Select(k => k.Family).Where(f => !f.StartsWith("unary", StringComparison.Ordinal) && !f.StartsWith("binary", StringComparison.Ordinal)).Distinct())
        {
            Assert.Equal(all.Any(k => k.Family == family && k.IsAvailable) ? 1 : 0, all.Count(k => k.Family == family && k.IsChosen));
        }
    }

    /// <summary>A row that shares its code with another, or has none, is a name for nothing.</summary>
    [Fact]
    public void Rows_EachOfThem_HasCodeOfItsOwn()
    {
        List<KernelRow> rows = KernelInventory.Rows();
        Assert.Empty(rows.Where(r => r.Code == 0 && (r.Info.IsAvailable || r.Info.Tier is not (IsaTier.Avx512Vnni or IsaTier.Avx512Bf16))).Select(r => r.Info.Name));
        Assert.Empty(rows.Where(r => r.Code != 0).GroupBy(r => r.Code).Where(g => g.Count() > 1).Select(g => string.Join(", ", g.Select(r => r.Info.Name))));
    }
}
