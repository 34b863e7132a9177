namespace Inference.Data.Tests;

public sealed class DataColumnTests
{
    [Fact]
    public void Equals_ShapesOfOtherLists_ComparesTheirDimensions()
    {
        var column = new DataColumn("x", ElementType.Float32, [3L, 2L]);
        Assert.Equal(column, new DataColumn("x", ElementType.Float32, new List<long> { 3, 2 }));
        Assert.NotEqual(column, new DataColumn("x", ElementType.Float32, [3L, 4L]));
    }
}
