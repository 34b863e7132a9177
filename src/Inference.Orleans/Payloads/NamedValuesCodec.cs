using System.Buffers;
using Orleans;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace Inference.Orleans.Payloads;

/// <summary>
/// Writes values from their own memory and reads them into memory of their own. Within a silo nothing is copied: values in messages are not changed.
/// </summary>
/// <remarks>Form: the length in bytes, then for each value its name and the form of <see cref="ValueForm"/>.</remarks>
[RegisterSerializer]
[RegisterCopier]
internal sealed class NamedValuesCodec : IFieldCodec<NamedValues>, IDeepCopier<NamedValues>, IOptionalDeepCopier
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, NamedValues? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value))
        {
            return;
        }

        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(NamedValues), WireType.LengthPrefixed);
        writer.WriteVarUInt32(checked((uint)ValueForm.SizeOf(value!)));
        writer.WriteInt32(value!.Count);
        for (int i = 0; i < value.Count; i++)
        {
            (string name, ModelValue item) = value.GetAt(i);
            ValueForm.Write(ref writer, name);
            ValueForm.Write(ref writer, item);
        }
    }

    public NamedValues? ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<NamedValues, TInput>(ref reader, field);
        }

        field.EnsureWireType(WireType.LengthPrefixed);
        long left = reader.ReadVarUInt32();
        int count = ValueForm.ReadCount(ref reader, ref left, ValueForm.LeastValue);
        var values = new NamedValues(count);
        try
        {
            for (int i = 0; i < count; i++)
            {
                string name = ValueForm.ReadText(ref reader, ref left);
                values.Add(name, ValueForm.Read(ref reader, ref left));
            }
        }
        catch
        {
            values.Dispose();
            throw;
        }

        ReferenceCodec.RecordObject(reader.Session, values);
        return values;
    }

    public NamedValues? DeepCopy(NamedValues? input, CopyContext context) => input;

    public bool IsShallowCopyable() => true;
}
