using Inference.Onnx;
using static Inference.OnnxRuntime.Tests.Differential.Catalogue.MlCases;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators of ai.onnx.ml on labels, categories and maps.</summary>
internal static class LabelCases
{
    private static readonly string[] s_words = ["", "a", "naïve", "w7", "w8", "A", "日本語"];

    private static readonly OptionSpace s_encoder = new("LabelEncoder");
    private static readonly Option<string> s_version = s_encoder.Add("form", "1 by text", "1 by number", "2", "4", "4 by tensors");
    private static readonly Option<ElementType> s_keys = s_encoder.Add("keys", ElementType.String, ElementType.Int64, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int16);
    private static readonly Option<ElementType> s_values = s_encoder.Add("values", ElementType.String, ElementType.Int64, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int16);
    private static readonly Option<bool> s_default = s_encoder.Add("default given", true, false);

    private static readonly OptionSpace s_oneHot = new("OneHotEncoder");
    private static readonly Option<ElementType> s_oneHotType = s_oneHot.Add("type", ElementType.Int64, ElementType.Float32, ElementType.Float64, ElementType.String);
    private static readonly Option<bool> s_oneHotZeros = s_oneHot.Add("zeros", true, false);

    private static readonly OptionSpace s_castMap = new("CastMap");
    private static readonly Option<ElementType> s_castFrom = s_castMap.Add("from", ElementType.Float32, ElementType.String);
    private static readonly Option<string> s_castTo = s_castMap.Add("to", "TO_FLOAT", "TO_INT64", "TO_STRING");
    private static readonly Option<bool> s_sparse = s_castMap.Add("sparse", false, true);

    public static IEnumerable<OperatorCases> All =>
    [
        new("LabelEncoder", LabelEncoder, Ml),
        new("CategoryMapper", static random =>
        {
            bool text = random.Chance(0.5);
            OperatorBuilder builder = new OperatorBuilder(random, "CategoryMapper", 18, Ml)
                .In(text ? random.Words(random.Shape(0, 2), s_words) : random.Ints(random.Shape(0, 2), -1, 5), false)
                .Attr("cats_strings", ["a", "naïve", "w7"]).Attr("cats_int64s", [1, 2, 4]);
            _ = random.Chance(0.5) ? builder.Attr("default_int64", -7L).Attr("default_string", "none") : builder;
            return builder.Out(text ? ElementType.Int64 : ElementType.String);
        }, Ml),
        new("OneHotEncoder", static random =>
        {
            OptionRow row = random.Row(s_oneHot);
            ElementType type = row.Get(s_oneHotType);
            long[] shape = random.FullShape(1, 2);
            TensorValue x = type switch
            {
                ElementType.String => random.Words(shape, s_words),
                ElementType.Int64 => random.Ints(shape, 0, 5),
                ElementType.Float32 => TensorValue.Copy(Array.ConvertAll(random.Ints(shape, 0, 5).AsSpan<long>().ToArray(), static i => (float)i), shape),
                _ => TensorValue.Copy(Array.ConvertAll(random.Ints(shape, 0, 5).AsSpan<long>().ToArray(), static i => (double)i), shape),
            };
            OperatorBuilder builder = new OperatorBuilder(random, "OneHotEncoder", 18, Ml).In(x, false).Attr("zeros", row.Get(s_oneHotZeros) ? 1L : 0);
            return (type == ElementType.String ? builder.Attr("cats_strings", random.Pick<string[]>(s_words, ["a", "w8", ""])) : builder.Attr("cats_int64s", random.Pick<long[]>([0, 1, 2, 3, 4, 5], [4, 0, 2]))).Out(ElementType.Float32);
        }, Ml),
        new("DictVectorizer", DictVectorizer, Ml),
        new("CastMap", CastMap, Ml),
        new("ZipMap", static random =>
        {
            int columns = random.Int(1, 4);
            bool text = random.Chance(0.5);
            long[] shape = random.Chance(0.2) ? [columns] : [random.Int(1, 5), columns];
            OperatorBuilder builder = new OperatorBuilder(random, "ZipMap", 18, Ml).In(random.Tensor(ElementType.Float32, shape, special: true), false);
            return (text ? builder.Attr("classlabels_strings", [.. Enumerable.Range(0, columns).Select(static i => $"k{9 - i}")])
                : builder.Attr("classlabels_int64s", [.. Enumerable.Range(0, columns).Select(static i => (i * 7L) % 5)]))
                .Out(OnnxType.Sequence(OnnxType.Map(text ? OnnxElementType.String : OnnxElementType.Int64, SequenceCases.Tensor(ElementType.Float32))));
        }, Ml),
    ];

    private static OperatorBuilder LabelEncoder(CaseRandom random)
    {
        OptionRow row = random.Row(s_encoder);
        string form = row.Get(s_version);
        var builder = new OperatorBuilder(random, "LabelEncoder", 18, Ml);
        bool given = row.Get(s_default);
        long[] shape = random.Shape(0, 2);
        if (form.StartsWith('1'))
        {
            bool byText = form.EndsWith("text", StringComparison.Ordinal);
            builder.MlOpset(1).In(byText ? random.Words(shape, s_words) : random.Ints(shape, -1, 5), false).Attr("classes_strings", ["a", "", "naïve"]);
            _ = given ? builder.Attr("default_int64", 5).Attr("default_string", "none") : builder;
            return builder.Out(byText ? ElementType.Int64 : ElementType.String);
        }

        bool tensors = form.EndsWith("tensors", StringComparison.Ordinal);
        (ElementType keys, ElementType values) = (row.Get(s_keys), row.Get(s_values));
        if (!tensors)
        {
            // Attributes know three types.
            (keys, values) = (Plain(keys), Plain(values));
        }

        int count = random.Int(1, 6);
        builder.MlOpset(form == "2" ? 2 : 4).In(Keys(random, keys, shape, form != "2"), false);
        Set(builder, "keys", keys, Distinct(keys, count), tensors);
        Set(builder, "values", values, Distinct(values, count), tensors);
        if (given)
        {
            _ = tensors ? builder.With(OnnxAttribute.FromTensor("default_tensor", Onnx("default", Distinct(values, 1)))) : values switch
            {
                ElementType.String => builder.Attr("default_string", "none"),
                ElementType.Int64 => builder.Attr("default_int64", -9),
                _ => builder.Attr("default_float", -2.5f),
            };
        }

        return builder.Out(values);
    }

    private static ElementType Plain(ElementType type) => type switch { ElementType.Float64 => ElementType.Float32, ElementType.Int32 or ElementType.Int16 => ElementType.Int64, _ => type };

    // Elements of which most are keys. NaN among them: version 2 of ONNX Runtime never finds it (docs/differences.md).
    private static TensorValue Keys(CaseRandom random, ElementType type, long[] shape, bool none)
    {
        TensorValue all = Distinct(type, 8);
        int[] picks = [.. Enumerable.Range(0, (int)TensorShape.Count(shape)).Select(_ => random.Int(0, 7)).Select(i => i == 1 && !none ? 0 : i)];
        return type switch
        {
            ElementType.String => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<string>()[i]), shape),
            ElementType.Int64 => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<long>()[i]), shape),
            ElementType.Int32 => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<int>()[i]), shape),
            ElementType.Int16 => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<short>()[i]), shape),
            ElementType.Float64 => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<double>()[i]), shape),
            _ => TensorValue.Copy(Array.ConvertAll(picks, i => all.AsSpan<float>()[i]), shape),
        };
    }

    private static TensorValue Distinct(ElementType type, int count)
    {
        double[] numbers = [1, float.NaN, 0, -2.5, 7, 1e-3, 12, -30];
        return type switch
        {
            ElementType.String => TensorValue.Copy([.. s_words.Append("last").Take(count)], [count]),
            ElementType.Int64 => TensorValue.Copy([.. Enumerable.Range(0, count).Select(static i => (long)(i * 3) - 4)], [count]),
            ElementType.Int32 => TensorValue.Copy([.. Enumerable.Range(0, count).Select(static i => (i * 3) - 4)], [count]),
            ElementType.Int16 => TensorValue.Copy([.. Enumerable.Range(0, count).Select(static i => (short)((i * 3) - 4))], [count]),
            ElementType.Float64 => TensorValue.Copy(numbers[..count], [count]),
            _ => TensorValue.Copy(Array.ConvertAll(numbers[..count], static x => (float)x), [count]),
        };
    }

    private static void Set(OperatorBuilder builder, string side, ElementType type, TensorValue values, bool tensors)
    {
        _ = tensors ? builder.With(OnnxAttribute.FromTensor($"{side}_tensor", Onnx(side, values))) : type switch
        {
            ElementType.String => builder.Attr($"{side}_strings", values.AsSpan<string>().ToArray()),
            ElementType.Int64 => builder.Attr($"{side}_int64s", values.AsSpan<long>().ToArray()),
            _ => builder.Attr($"{side}_floats", values.AsSpan<float>().ToArray()),
        };
    }

    private static OnnxTensor Onnx(string name, TensorValue value) => value.ElementType == ElementType.String
        ? OnnxTensor.FromStrings(name, value.AsSpan<string>(), value.Shape)
        : OnnxTensor.FromBytes(name, (OnnxElementType)(int)value.ElementType, value.AsBytes().ToArray(), value.Shape);

    private static OperatorBuilder DictVectorizer(CaseRandom random)
    {
        bool text = random.Chance(0.5);
        int count = random.Int(1, 5);
        long[] numbers = [.. random.Permutation(7).Take(count)];
        TensorValue keys = text ? TensorValue.Copy(Array.ConvertAll(numbers, static i => s_words[i]), [count]) : TensorValue.Copy(numbers, [count]);
        ElementType type = random.Pick(ElementType.Float32, ElementType.Int64, ElementType.Float64, ElementType.String);
        var builder = new OperatorBuilder(random, "DictVectorizer", 18, Ml);
        builder.In(new MapValue(keys, random.Tensor(type, [count])), OnnxType.Map(text ? OnnxElementType.String : OnnxElementType.Int64, SequenceCases.Tensor(type)));
        long[] vocabulary = [.. random.Permutation(7).Take(random.Int(1, 6))];
        return (text ? builder.Attr("string_vocabulary", Array.ConvertAll(vocabulary, static i => s_words[i])) : builder.Attr("int64_vocabulary", vocabulary)).Out(type);
    }

    private static OperatorBuilder CastMap(CaseRandom random)
    {
        OptionRow row = random.Row(s_castMap);
        ElementType from = row.Get(s_castFrom);
        string to = row.Get(s_castTo);
        int count = random.Int(1, 5);
        long[] keys = [.. random.Permutation(7).Take(count)];
        TensorValue values = from == ElementType.Float32 ? random.Tensor(from, [count])
            : random.Words([count], to == "TO_STRING" ? ["a", "", "naïve"] : to == "TO_INT64" ? ["12", "-3", "0"] : ["1.5", "-2", "3e2", "0.125"]);
        OperatorBuilder builder = new OperatorBuilder(random, "CastMap", 18, Ml)
            .In(new MapValue(TensorValue.Copy(keys, [count]), values), OnnxType.Map(OnnxElementType.Int64, SequenceCases.Tensor(from))).Attr("cast_to", to);
        builder = row.Get(s_sparse) ? builder.Attr("map_form", "SPARSE").Attr("max_map", random.Int(5, 9)) : builder.Attr("map_form", "DENSE");
        return builder.Out(to switch { "TO_FLOAT" => ElementType.Float32, "TO_INT64" => ElementType.Int64, _ => ElementType.String });
    }
}
