"""The pages: each is one `show`. Not named pages: Streamlit makes a menu of every file in such a folder."""
