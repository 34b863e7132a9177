namespace Inference.Operators.Random;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class RandomRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Bernoulli", 15, "input:floating", n => new Bernoulli(n), new() { Draws = _ => true }),
        new("", "Dropout", 1, "data:floating+float8 ratio?:floating[]|[1] training_mode?:bool[]|[1]", n => new Dropout(n), OperatorTraits.Floating with { Draws = Dropout.DrawsIn }),
        new("", "Multinomial", 7, "input:floating[_,_]", n => new Multinomial(n), new() { Draws = _ => true }),
        new("", "RandomNormal", 1, "", n => new RandomValues(n, normal: true, like: false), new() { Draws = _ => true }),
        new("", "RandomNormalLike", 1, "input:any", n => new RandomValues(n, normal: true, like: true), new() { Draws = _ => true }),
        new("", "RandomUniform", 1, "", n => new RandomValues(n, normal: false, like: false), new() { Draws = _ => true }),
        new("", "RandomUniformLike", 1, "input:any", n => new RandomValues(n, normal: false, like: true), new() { Draws = _ => true }),
    ];
}
