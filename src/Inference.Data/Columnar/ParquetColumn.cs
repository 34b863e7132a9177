using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Schema;
using ParquetField = Parquet.Schema.DataField;

namespace Inference.Data.Columnar;

/// <summary>One column of a Parquet file as a tensor.</summary>
internal static class ParquetColumn
{
    /// <summary>Why a column cannot be rows for a model; null where it can.</summary>
    public static string? Reason(Field field) => field switch
    {
        ParquetField { IsArray: true } or not ParquetField => $"expected one value a row, got a nested column ({(field is ParquetField ? "list" : field.SchemaType.ToString().ToLowerInvariant())}). Write its parts as columns of their own.",
        { MaxRepetitionLevel: > 0 } => "expected one value a row, got a repeated column. Write its parts as columns of their own.",
        ParquetField data when KindOf(data).Type == ElementType.Undefined => $"expected numbers, text, booleans or times, got {(data.ClrType == typeof(byte[]) ? "bytes" : data.ClrType.Name)}. Convert the column before writing it.",
        _ => null,
    };

    /// <summary>What a column holds. Whole numbers that may be missing are read as float64, which has NaN for them.</summary>
    public static (ColumnKind Kind, ElementType Type) KindOf(ParquetField field)
    {
        Type type = field.ClrType;
        ElementType whole = Whole(type);
        return whole != ElementType.Undefined ? (ColumnKind.Integer, field.IsNullable ? ElementType.Double : whole)
            : type == typeof(float) ? (ColumnKind.Real, ElementType.Float)
            : type == typeof(double) || type == typeof(decimal) ? (ColumnKind.Real, ElementType.Double)
            : type == typeof(bool) ? (ColumnKind.Boolean, field.IsNullable ? ElementType.Float : ElementType.Bool)
            : type == typeof(string) ? (ColumnKind.Text, ElementType.String)
            : type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(TimeSpan) ? (ColumnKind.Date, ElementType.String)
            : (ColumnKind.Empty, ElementType.Undefined);
    }

    /// <summary>Reads a column of a row group.</summary>
    public static async Task<TensorValue> ReadAsync(ParquetRowGroupReader group, ParquetField field, ElementType type, int rows, CancellationToken token)
    {
        Type clr = field.ClrType;
        return clr == typeof(float) ? await NumbersAsync<float, float>(group, field, rows, float.NaN, token).ConfigureAwait(false)
            : clr == typeof(double) ? await NumbersAsync<double, double>(group, field, rows, double.NaN, token).ConfigureAwait(false)
            : clr == typeof(decimal) ? await NumbersAsync<decimal, double>(group, field, rows, double.NaN, token).ConfigureAwait(false)
            : clr == typeof(sbyte) ? await WholeAsync<sbyte>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(short) ? await WholeAsync<short>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(int) ? await WholeAsync<int>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(long) ? await WholeAsync<long>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(byte) ? await WholeAsync<byte>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(ushort) ? await WholeAsync<ushort>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(uint) ? await WholeAsync<uint>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(ulong) ? await WholeAsync<ulong>(group, field, rows, token).ConfigureAwait(false)
            : clr == typeof(bool) ? await ReadAsync<bool, float>(group, field, type, rows, float.NaN, static v => v ? 1f : 0f, token).ConfigureAwait(false)
            : clr == typeof(DateTime) ? await ReadAsync<DateTime, string>(group, field, type, rows, "", static v => v.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture), token).ConfigureAwait(false)
            : clr == typeof(DateOnly) ? await ReadAsync<DateOnly, string>(group, field, type, rows, "", static v => v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), token).ConfigureAwait(false)
            : clr == typeof(TimeOnly) ? await ReadAsync<TimeOnly, string>(group, field, type, rows, "", static v => v.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture), token).ConfigureAwait(false)
            : clr == typeof(TimeSpan) ? await ReadAsync<TimeSpan, string>(group, field, type, rows, "", static v => v.ToString("c", CultureInfo.InvariantCulture), token).ConfigureAwait(false)
            : await TextAsync(group, field, rows, token).ConfigureAwait(false);
    }

    private static ElementType Whole(Type type) =>
        type == typeof(sbyte) ? ElementType.Int8
        : type == typeof(short) ? ElementType.Int16
        : type == typeof(int) ? ElementType.Int32
        : type == typeof(long) ? ElementType.Int64
        : type == typeof(byte) ? ElementType.UInt8
        : type == typeof(ushort) ? ElementType.UInt16
        : type == typeof(uint) ? ElementType.UInt32
        : type == typeof(ulong) ? ElementType.UInt64
        : ElementType.Undefined;

    private static Task<TensorValue> WholeAsync<T>(ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
        where T : struct, INumber<T> => NumbersAsync<T, double>(group, field, rows, double.NaN, token);

    private static Task<TensorValue> NumbersAsync<T, TNullable>(ParquetRowGroupReader group, ParquetField field, int rows, TNullable missing, CancellationToken token)
        where T : struct, INumber<T>
        where TNullable : struct, INumber<TNullable> =>
        ReadAsync<T, TNullable>(group, field, ElementTypes.Of<TNullable>(), rows, missing, TNullable.CreateSaturating, token);

    // Without nulls and conversion the values are read into the tensor's type as they are.
    private static async Task<TensorValue> ReadAsync<T, TTo>(ParquetRowGroupReader group, ParquetField field, ElementType type, int rows, TTo missing, Func<T, TTo> convert, CancellationToken token)
        where T : struct
    {
        long[] shape = [rows];
        if (!field.IsNullable)
        {
            var values = new T[rows];
            await group.ReadAsync<T>(field, values.AsMemory(), null, token).ConfigureAwait(false);
            return ElementTypes.TryOf<T>(out _) ? TensorValue.Copy<T>(values, shape) : TensorValue.Copy<TTo>(Array.ConvertAll(values, v => convert(v)), shape);
        }

        var nullable = new T?[rows];
        await group.ReadAsync<T>(field, nullable.AsMemory(), null, token).ConfigureAwait(false);
        return TensorValue.Copy<TTo>(Array.ConvertAll(nullable, v => v is { } value ? convert(value) : missing), shape);
    }

    private static async Task<TensorValue> TextAsync(ParquetRowGroupReader group, ParquetField field, int rows, CancellationToken token)
    {
        var texts = new string?[rows];
        await group.ReadAsync(field, texts.AsMemory(), null, token).ConfigureAwait(false);
        return TensorValue.Copy<string>(Array.ConvertAll(texts, static text => text ?? ""), [rows]);
    }
}
