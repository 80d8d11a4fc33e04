//! The columns of the fused tables: names, Chinese titles, types and how much harm a value can do.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;

use crate::model::{FieldType, Sensitivity, column_metadata};

/// One column of a fused table.
pub struct Column {
    pub name: &'static str,
    pub title: &'static str,
    pub kind: FieldType,
    pub list: bool,
    pub sensitivity: Sensitivity,
}

const fn column(name: &'static str, title: &'static str, kind: FieldType, sensitivity: Sensitivity) -> Column {
    Column { name, title, kind, list: false, sensitivity }
}

const fn list(name: &'static str, title: &'static str, sensitivity: Sensitivity) -> Column {
    Column { name, title, kind: FieldType::Text, list: true, sensitivity }
}

use FieldType::{
    Address, Boolean, Code, Date, Decimal, DocumentKind, IdentityNumber, Integer, Money, Month, PersonName, Phone,
    Region, Text,
};
use Sensitivity::{Internal, Open, Personal, Sensitive};

/// `person`, in the order in which it is published.
pub const PERSON: &[Column] = &[
    column("person_id", "人员编号", Text, Open),
    column("household_id", "家庭编号", Text, Open),
    column("id_kind", "证件类型", DocumentKind, Internal),
    column("id_number", "证件号码", IdentityNumber, Sensitive),
    column("id_status", "证件号码状态", Text, Internal),
    column("name", "姓名", PersonName, Personal),
    column("sex", "性别", Code, Internal),
    column("birth_date", "出生日期", Date, Personal),
    column("age", "年龄", Integer, Internal),
    column("ethnic_group", "民族", Code, Personal),
    column("marital_status", "婚姻状况", Code, Personal),
    column("education", "文化程度", Code, Internal),
    column("political_status", "政治面貌", Code, Personal),
    column("region_code", "行政区划代码", Region, Open),
    column("county", "县（市、区）", Region, Open),
    column("town", "乡镇（街道）", Region, Open),
    column("village", "村（社区）", Region, Internal),
    column("address", "住址", Address, Personal),
    column("phone", "联系电话", Phone, Personal),
    column("schooling", "就学情况", Code, Internal),
    column("employment_status", "就业状况", Code, Internal),
    column("work_ability", "劳动能力", Code, Personal),
    column("health", "健康状况", Code, Sensitive),
    column("disability_category", "残疾类别", Code, Sensitive),
    column("disability_level", "残疾等级", Code, Sensitive),
    column("social_participation", "社会参与", Text, Personal),
    list("low_income_groups", "低收入人群类别", Internal),
    list("programmes", "享受救助项目", Internal),
    column("poverty_cause", "致贫原因", Code, Personal),
    column("poverty_degree", "困难程度", Code, Personal),
    column("poverty_urgency", "困难急缓", Code, Personal),
    column("poverty_since", "致贫时间", Date, Internal),
    column("help_requested_on", "求助时间", Date, Internal),
    column("helped_on", "救助时间", Date, Internal),
    column("help_amount", "救助金额", Money, Internal),
    column("tier", "梯度", Text, Internal),
    list("labels", "标签", Internal),
    column("record_count", "记录数", Integer, Open),
    list("sources", "来源", Open),
];

/// `household`, in the order in which it is published.
pub const HOUSEHOLD: &[Column] = &[
    column("household_id", "家庭编号", Text, Open),
    column("head_person_id", "户主人员编号", Text, Open),
    column("member_count", "家庭人数", Integer, Internal),
    column("region_code", "行政区划代码", Region, Open),
    column("county", "县（市、区）", Region, Open),
    column("town", "乡镇（街道）", Region, Open),
    column("village", "村（社区）", Region, Internal),
    column("income_year", "家庭年收入", Money, Personal),
    column("income_per_head", "人均年收入", Money, Personal),
    column("income_band", "收入档次", Text, Internal),
    column("expense_year", "家庭年支出", Money, Personal),
    column("rigid_expense_year", "家庭年刚性支出", Money, Personal),
    column("housing_kind", "住房类型", Code, Internal),
    column("housing_area", "住房面积", Decimal, Internal),
    column("housing_area_per_head", "人均住房面积", Decimal, Internal),
    column("employed_count", "就业人数", Integer, Internal),
    column("student_count", "在学人数", Integer, Internal),
    column("tier", "梯度", Text, Internal),
    column("housing_area_band", "人均住房面积档次", Text, Internal),
];

pub const MEMBERSHIP: &[Column] = &[
    column("household_id", "家庭编号", Text, Open),
    column("person_id", "人员编号", Text, Open),
    column("relation", "与户主关系", Code, Internal),
    column("household_kind", "家庭口径", Text, Open),
    column("starts_on", "起始日期", Date, Internal),
    column("ends_on", "结束日期", Date, Internal),
    column("row_id", "来源行", Text, Internal),
];

pub const SUPPORT_DUTY: &[Column] = &[
    column("person_id", "义务人编号", Text, Open),
    column("toward_person_id", "权利人编号", Text, Open),
    column("kind", "义务类型", Text, Open),
    column("row_id", "来源行", Text, Internal),
];

pub const IDENTIFIER: &[Column] = &[
    column("person_id", "人员编号", Text, Open),
    column("id_kind", "证件类型", DocumentKind, Internal),
    column("id_number", "证件号码", IdentityNumber, Sensitive),
    column("id_status", "证件号码状态", Text, Internal),
    column("row_id", "来源行", Text, Internal),
];

pub const ASSISTANCE: &[Column] = &[
    column("record_kind", "记录类型", Text, Open),
    column("programme", "救助项目", Code, Open),
    column("subprogramme", "救助子项", Text, Open),
    column("cause", "救助事由", Text, Personal),
    column("person_id", "人员编号", Text, Open),
    column("household_id", "家庭编号", Text, Open),
    column("starts_on", "开始日期", Date, Internal),
    column("ends_on", "结束日期", Date, Internal),
    column("paid_month", "发放月份", Month, Internal),
    column("amount", "金额", Money, Internal),
    column("amount_basis", "金额口径", Text, Open),
    column("insured_count", "保障人数", Integer, Internal),
    column("period", "数据期", Month, Open),
    column("row_id", "来源行", Text, Internal),
];

pub const LINEAGE: &[Column] = &[
    column("entity_kind", "对象类型", Text, Open),
    column("entity_id", "对象编号", Text, Open),
    column("field", "字段", Text, Open),
    column("value", "取值", Text, Sensitive),
    column("row_id", "来源行", Text, Internal),
    column("source", "来源", Text, Open),
    column("reason", "取值依据", Text, Open),
    column("contested", "来源不一致", Boolean, Open),
    list("alternatives", "其他来源的值", Sensitive),
    list("basis", "推算依据", Internal),
];

pub const FORMER_KEY: &[Column] = &[
    column("key_hash", "标识散列", Text, Sensitive),
    column("person_id", "人员编号", Text, Open),
    column("household_id", "家庭编号", Text, Open),
    column("last_seen", "最近一次出现", Date, Internal),
];

impl Column {
    pub fn data_type(&self) -> DataType {
        let item = self.kind.data_type();
        if self.list { DataType::List(Arc::new(Field::new("item", item, true))) } else { item }
    }

    /// The Arrow field, with title, type and sensitivity as metadata.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.data_type(), true).with_metadata(column_metadata(
            self.title,
            self.kind,
            self.sensitivity,
        ))
    }

    /// Typed values from canonical texts (ISO dates, plain decimals); the inverse of [`as_text`].
    ///
    /// # Errors
    /// When a text is not canonical for the type: a fault of the program.
    pub fn array(&self, values: Vec<Option<String>>) -> Result<ArrayRef, ArrowError> {
        typed(self.kind, values)
    }
}

fn typed(kind: FieldType, values: Vec<Option<String>>) -> Result<ArrayRef, ArrowError> {
    let texts: ArrayRef = Arc::new(StringArray::from(values));
    match kind.data_type() {
        DataType::Utf8 => Ok(texts),
        wanted => {
            let options = arrow::compute::CastOptions { safe: false, ..Default::default() };
            arrow::compute::cast_with_options(&texts, &wanted, &options)
        }
    }
}

/// The canonical text of each value: ISO dates, plain decimals, `true` and `false`.
///
/// # Errors
/// When the array's type has no text form.
pub fn as_text(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let texts = cast(array, &DataType::Utf8)?;
    texts
        .as_any()
        .downcast_ref::<StringArray>()
        .cloned()
        .ok_or_else(|| ArrowError::CastError("no text form".to_owned()))
}

/// Lists of texts; an empty list is an empty list, not null.
pub fn lists(lists: Vec<Vec<String>>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in lists {
        for value in list {
            builder.values().append_value(value);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}
