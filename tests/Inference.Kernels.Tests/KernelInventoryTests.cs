namespace Inference.Kernels.Tests;

public sealed class KernelInventoryTests
{
    [Fact]
    public void List_EveryFamily_HasUniqueNamesAndOneChoice()
    {
        IReadOnlyList<KernelInfo> all = KernelInventory.List();
        Assert.Equal(all.Count, all.Select(k => k.Name).Distinct().Count());
        Assert.All(all.Where(k => k.Chosen), k => Assert.True(k.Supported));
        Assert.All(all, k => Assert.StartsWith(k.Family, k.Name, StringComparison.Ordinal));
        foreach (string family in all.Select(k => k.Family).Where(f => !f.StartsWith("unary", StringComparison.Ordinal) && !f.StartsWith("binary", StringComparison.Ordinal)).Distinct())
        {
            Assert.Single(all, k => k.Family == family && k.Chosen);
        }
    }
}
