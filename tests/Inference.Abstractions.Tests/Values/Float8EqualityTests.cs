namespace Inference.Abstractions.Tests.Values;

/// <summary>8-bit floats compare as <see cref="float"/> does, as <see cref="BFloat16"/> compares.</summary>
public sealed class Float8EqualityTests
{
    [Fact]
    public void Operators_NaN_EqualsNothing()
    {
        var nan = Float8E5M2.FromBits(0x7F);
        Assert.True(Float8E5M2.IsNaN(nan));
        Assert.False(nan == Float8E5M2.FromBits(0x7F));
        Assert.True(nan != Float8E5M2.FromBits(0x7F));
        Assert.True(nan.Equals(Float8E5M2.FromBits(0x7F)));
        Assert.False(nan < Float8E5M2.FromBits(0x3C));
    }

    [Fact]
    public void Operators_SignedZeros_AreEqual()
    {
        Assert.True(Float8E4M3FN.FromBits(0x00) == Float8E4M3FN.FromBits(0x80));
        Assert.Equal(0x80, Float8E4M3FN.FromBits(0x80).ToBits());
    }

    [Fact]
    public void CompareTo_Numbers_IsTheirOrder()
    {
        var values = new[] { 3f, -1f, 0.5f, 448f }.Select(static x => (Float8E4M3FN)x).Order();
        Assert.Equal([-1f, 0.5f, 3f, 448f], values.Select(static x => (float)x));
        Assert.True(Float8E8M0.FromBits(126) < Float8E8M0.FromBits(127));
    }
}
